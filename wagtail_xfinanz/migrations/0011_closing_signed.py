"""A signed day is unchangeable, and its payments stay with it: the database itself refuses (PostgreSQL and SQLite)."""

from __future__ import annotations

from django.db import migrations

from wagtail_epayment.append_only import Refusal, refused

APP = "wagtail_xfinanz"
CLOSING, ENTRY = f"{APP}_dailyclosing", f"{APP}_closingentry"
SIGNED = "OLD.state = 'signed'"


def _is_signed(row):
    return f"(SELECT state FROM {CLOSING} WHERE id = {row}.closing_id) = 'signed'"


class Migration(migrations.Migration):
    dependencies = [("wagtail_xfinanz", "0010_closing")]
    operations = [
        refused(
            Refusal(f"{APP}_closing_update", CLOSING, "UPDATE", "Signed days are never changed.", SIGNED),
            Refusal(f"{APP}_closing_delete", CLOSING, "DELETE", "Signed days are never deleted.", SIGNED),
            Refusal(
                f"{APP}_closing_entry_insert", ENTRY, "INSERT", "Signed days take no payment any more.", _is_signed("NEW")
            ),
            Refusal(f"{APP}_closing_entry_update", ENTRY, "UPDATE", "A payment stays in its closing.", "TRUE"),
            Refusal(
                f"{APP}_closing_entry_delete", ENTRY, "DELETE", "Payments of signed days stay there.", _is_signed("OLD")
            ),
        )
    ]
