"""For migrations: rows and tables the database itself keeps from being changed, deleted or emptied.

Databases were made by what this module says: it may get more operations, but those it has go on doing what they do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_Statements = Mapping[str, Callable[[], Iterable[str]]]
"""Of each kind of database that has triggers."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """``verb`` (INSERT, UPDATE or DELETE) on a row of ``table`` fails with ``message``.

    With a ``condition`` on OLD or NEW only where it holds. ``name`` is that of the trigger.
    """

    name: str
    table: str
    verb: str
    message: str
    condition: str = ""


def refused(*refusals: Refusal) -> migrations.RunPython:
    """An operation that makes the database refuse all this."""

    def postgres() -> Iterator[str]:
        for each in refusals:
            body = f"RAISE EXCEPTION '{each.message}';"
            if each.condition:
                row = "OLD" if each.verb == "DELETE" else "NEW"
                body = f"IF {each.condition} THEN {body} END IF; RETURN {row};"
            yield _function(each.name, body)
            yield (
                f"CREATE TRIGGER {each.name} BEFORE {each.verb} ON {each.table} "
                f"FOR EACH ROW EXECUTE FUNCTION {each.name}()"
            )

    def sqlite() -> Iterator[str]:
        for each in refusals:
            when = f"WHEN {each.condition} " if each.condition else ""
            yield (
                f"CREATE TRIGGER {each.name} BEFORE {each.verb} ON {each.table} {when}"
                f"BEGIN SELECT RAISE(ABORT, '{each.message}'); END"
            )

    names = [each.name for each in refusals]
    return _operation(
        {"postgresql": postgres, "sqlite": sqlite},
        {
            "postgresql": lambda: [f"DROP FUNCTION {name}() CASCADE" for name in names],
            "sqlite": lambda: [f"DROP TRIGGER {name}" for name in names],
        },
    )


def append_only(table: str, *, function: str, message: str) -> migrations.RunPython:
    """An operation that makes the database refuse to change or delete rows of a table."""
    verbs = ("UPDATE", "DELETE")
    return _operation(
        {
            "postgresql": lambda: [
                _function(function, f"RAISE EXCEPTION '{message}';"),
                f"CREATE TRIGGER {table}_append_only BEFORE {' OR '.join(verbs)} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {function}()",
            ],
            "sqlite": lambda: [
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
                for verb in verbs
            ],
        },
        {
            "postgresql": lambda: [f"DROP FUNCTION {function}() CASCADE"],
            "sqlite": lambda: [f"DROP TRIGGER {table}_no_{verb.lower()}" for verb in verbs],
        },
    )


def never_emptied(app: str, *models: str) -> migrations.RunPython:
    """An operation that makes PostgreSQL refuse TRUNCATE, which triggers for rows do not see. SQLite has none."""
    function = f"{app}_refuse_truncate"

    def postgres() -> Iterator[str]:
        yield _function(function, "RAISE EXCEPTION 'Tables that are append-only are never emptied.';")
        for model in models:
            table = f"{app}_{model}"
            yield (
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            )

    return _operation({"postgresql": postgres}, {"postgresql": lambda: [f"DROP FUNCTION {function}() CASCADE"]})


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _operation(forwards: _Statements, backwards: _Statements) -> migrations.RunPython:
    def run(statements: _Statements) -> Callable[[Any, BaseDatabaseSchemaEditor], None]:
        def execute(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
            for statement in statements.get(schema_editor.connection.vendor, list)():
                schema_editor.execute(statement)

        return execute

    return migrations.RunPython(run(forwards), run(backwards))
