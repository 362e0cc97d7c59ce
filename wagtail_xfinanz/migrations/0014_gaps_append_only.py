"""Decisions about rejected postings stay as they were made, and what was fetched or asked for stays known.

Adding a column made SQLite build the table of postings anew, without its triggers: they are made again.
"""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

_POSTINGS = import_module("wagtail_xfinanz.migrations.0002_append_only")
_DECISION = "wagtail_xfinanz_rejectiondecision"
RULES = [
    ("rejectiondecision_update", _DECISION, "UPDATE", "Decisions about postings are never changed."),
    ("rejectiondecision_delete", _DECISION, "DELETE", "Decisions about postings are never deleted."),
    ("fetchedanswer_delete", "wagtail_xfinanz_fetchedanswer", "DELETE", "Fetched answers are never deleted."),
    ("auditexport_delete", "wagtail_xfinanz_auditexport", "DELETE", "Audit exports are never deleted."),
]


def _postgres():
    for name, table, verb, message in RULES:
        yield (
            f"CREATE FUNCTION wagtail_xfinanz_{name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$;"
            f"CREATE TRIGGER wagtail_xfinanz_{name} BEFORE {verb} ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION wagtail_xfinanz_{name}();"
        )


def _sqlite():
    for name, table, verb, message in RULES:
        yield (
            f"CREATE TRIGGER wagtail_xfinanz_{name} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
    for (name, table, *_rest), statement in zip(_POSTINGS.RULES, _POSTINGS._sqlite(), strict=True):
        if table == _POSTINGS.POSTING:
            yield f"DROP TRIGGER IF EXISTS wagtail_xfinanz_{name}"
            yield statement


def forwards(apps, schema_editor):
    for statement in {"postgresql": _postgres, "sqlite": _sqlite}.get(schema_editor.connection.vendor, list)():
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for name, *_rest in RULES:
        if vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION wagtail_xfinanz_{name}() CASCADE")
        elif vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER wagtail_xfinanz_{name}")


class Migration(migrations.Migration):
    dependencies = [("wagtail_xfinanz", "0013_gaps")]
    operations = [migrations.RunPython(forwards, backwards)]
