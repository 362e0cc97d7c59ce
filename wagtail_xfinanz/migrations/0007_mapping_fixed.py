"""A mapping that was active is never changed or deleted: the database itself refuses (PostgreSQL and SQLite)."""

from __future__ import annotations

from django.db import migrations

TABLE = "wagtail_xfinanz_mappingversion"
FIXED = "('active', 'retired')"
COLUMNS = (
    "tenant_id", "package_id", "number", "name", "submitted_by_id", "submitted_at", "released_by_id", "released_at",
)
MESSAGE = "Active mappings are never changed or deleted."


def _changed(vendor):
    """The definition is JSON, which PostgreSQL compares as jsonb and SQLite as text."""
    operator = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    columns = " OR ".join(f"NEW.{name} {operator} OLD.{name}" for name in (*COLUMNS, "definition"))
    back = "NEW.state NOT IN ('active', 'retired') OR (OLD.state = 'retired' AND NEW.state <> 'retired')"
    return f"OLD.state IN {FIXED} AND ({columns} OR {back})"


def _statements(vendor):
    for verb, condition in (("update", _changed(vendor)), ("delete", f"OLD.state IN {FIXED}")):
        name = f"wagtail_xfinanz_mapping_{verb}"
        if vendor == "postgresql":
            yield (
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
            )
            yield (
                f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {TABLE} FOR EACH ROW WHEN ({condition}) "
                f"EXECUTE FUNCTION {name}()"
            )
        elif vendor == "sqlite":
            yield (
                f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {TABLE} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )


def forwards(apps, schema_editor):
    for statement in _statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    for verb in ("update", "delete"):
        name = f"wagtail_xfinanz_mapping_{verb}"
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION {name}() CASCADE")
        elif schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("wagtail_xfinanz", "0006_mapping")]
    operations = [migrations.RunPython(forwards, backwards)]
