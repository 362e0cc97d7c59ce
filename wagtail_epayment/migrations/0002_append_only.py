"""The ledger is append-only: the database itself refuses UPDATE and DELETE (PostgreSQL and SQLite)."""

from __future__ import annotations

from django.db import migrations

TABLE = "wagtail_epayment_ledgerentry"

POSTGRES = f"""
CREATE FUNCTION wagtail_epayment_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'The payment ledger is append-only.'; END $$;
CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION wagtail_epayment_refuse();
"""
POSTGRES_BACK = f"""
DROP TRIGGER {TABLE}_append_only ON {TABLE};
DROP FUNCTION wagtail_epayment_refuse();
"""
SQLITE = [
    f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
    "BEGIN SELECT RAISE(ABORT, 'The payment ledger is append-only.'); END"
    for verb in ("UPDATE", "DELETE")
]
SQLITE_BACK = [f"DROP TRIGGER {TABLE}_no_{verb}" for verb in ("update", "delete")]


def forwards(apps, schema_editor):
    _run(schema_editor, [POSTGRES], SQLITE)


def backwards(apps, schema_editor):
    _run(schema_editor, [POSTGRES_BACK], SQLITE_BACK)


def _run(schema_editor, postgres, sqlite):
    statements = {"postgresql": postgres, "sqlite": sqlite}.get(schema_editor.connection.vendor, [])
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("wagtail_epayment", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
