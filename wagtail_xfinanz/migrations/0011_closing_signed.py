"""A signed day is unchangeable, and its payments stay with it: the database itself refuses (PostgreSQL and SQLite)."""

from __future__ import annotations

from django.db import migrations

CLOSING, ENTRY = "wagtail_xfinanz_dailyclosing", "wagtail_xfinanz_closingentry"
SIGNED = "OLD.state = 'signed'"


def _is_signed(row):
    return f"(SELECT state FROM {CLOSING} WHERE id = {row}.closing_id) = 'signed'"


# name, table, verb, condition, message
RULES = [
    ("closing_update", CLOSING, "UPDATE", SIGNED, "Signed days are never changed."),
    ("closing_delete", CLOSING, "DELETE", SIGNED, "Signed days are never deleted."),
    ("closing_entry_insert", ENTRY, "INSERT", _is_signed("NEW"), "Signed days take no payment any more."),
    ("closing_entry_update", ENTRY, "UPDATE", "TRUE", "A payment stays in its closing."),
    ("closing_entry_delete", ENTRY, "DELETE", _is_signed("OLD"), "Payments of signed days stay there."),
]


def _postgres():
    for name, table, verb, condition, message in RULES:
        row = "OLD" if verb == "DELETE" else "NEW"
        yield (
            f"CREATE FUNCTION wagtail_xfinanz_{name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {condition} THEN RAISE EXCEPTION '{message}'; END IF; RETURN {row}; END $$;"
            f"CREATE TRIGGER wagtail_xfinanz_{name} BEFORE {verb} ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION wagtail_xfinanz_{name}();"
        )


def _sqlite():
    for name, table, verb, condition, message in RULES:
        yield (
            f"CREATE TRIGGER wagtail_xfinanz_{name} BEFORE {verb} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )


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
    dependencies = [("wagtail_xfinanz", "0010_closing")]
    operations = [migrations.RunPython(forwards, backwards)]
