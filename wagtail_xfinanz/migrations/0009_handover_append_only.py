"""The trail of a batch and the finance system's answers are never changed: the database itself refuses."""

from __future__ import annotations

from django.db import migrations

RULES = [
    (f"{table}_{verb.lower()}", f"wagtail_xfinanz_{table}", verb, f"{what} are never {done}.")
    for table, what, verbs in (
        ("handoverevent", "Events of a batch", ("UPDATE", "DELETE")),
        ("batchdelivery", "Hand-overs", ("DELETE",)),
        ("acknowledgementimport", "Answers of the finance system", ("UPDATE", "DELETE")),
        ("postingacknowledgement", "Answers of the finance system", ("UPDATE", "DELETE")),
    )
    for verb, done in (("UPDATE", "changed"), ("DELETE", "deleted"))
    if verb in verbs
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
    dependencies = [("wagtail_xfinanz", "0008_handover")]
    operations = [migrations.RunPython(forwards, backwards)]
