"""Decisions about rejected postings stay as they were made, and what was fetched or asked for stays known.

Adding a column made SQLite build the table of postings anew, without its triggers: they are made again.
"""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

from wagtail_epayment.append_only import Refusal, refused

_POSTINGS = import_module("wagtail_xfinanz.migrations.0002_append_only")
APP = "wagtail_xfinanz"
DECISION = f"{APP}_rejectiondecision"


def guard_postings_again(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    for (name, table, *_rest), statement in zip(_POSTINGS.RULES, _POSTINGS._sqlite(), strict=True):
        if table == _POSTINGS.POSTING:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS wagtail_xfinanz_{name}")
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("wagtail_xfinanz", "0013_gaps")]
    operations = [
        refused(
            Refusal(f"{APP}_rejectiondecision_update", DECISION, "UPDATE", "Decisions about postings are never changed."),
            Refusal(f"{APP}_rejectiondecision_delete", DECISION, "DELETE", "Decisions about postings are never deleted."),
            Refusal(
                f"{APP}_fetchedanswer_delete", f"{APP}_fetchedanswer", "DELETE", "Fetched answers are never deleted."
            ),
            Refusal(f"{APP}_auditexport_delete", f"{APP}_auditexport", "DELETE", "Audit exports are never deleted."),
        ),
        migrations.RunPython(guard_postings_again, migrations.RunPython.noop),
    ]
