"""The ledger is append-only: the database itself refuses UPDATE and DELETE (PostgreSQL and SQLite)."""

from __future__ import annotations

from django.db import migrations

from wagtail_epayment.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("wagtail_epayment", "0001_initial")]
    operations = [
        append_only(
            "wagtail_epayment_ledgerentry",
            function="wagtail_epayment_refuse",
            message="The payment ledger is append-only.",
        )
    ]
