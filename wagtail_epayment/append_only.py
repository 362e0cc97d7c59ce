"""For migrations: tables from which nothing is ever taken, not even all at once."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def never_emptied(app: str, *models: str) -> migrations.RunPython:
    """An operation that makes PostgreSQL refuse TRUNCATE, which triggers for rows do not see. SQLite has none."""
    function = f"{app}_refuse_truncate"
    tables = [f"{app}_{model}" for model in models]

    def forwards(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        schema_editor.execute(
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'Tables that are append-only are never emptied.'; END $$"
        )
        for table in tables:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            )

    def backwards(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION {function}() CASCADE")

    return migrations.RunPython(forwards, backwards)
