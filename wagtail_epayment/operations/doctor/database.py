"""The database itself still refuses what it must refuse."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import connection

from .base import Found, Here, invariant

_LEDGER = "wagtail_epayment_ledgerentry"
#: The triggers that make the ledger append-only, see migrations 0002 and 0012.
_TRIGGERS = {
    "postgresql": (f"{_LEDGER}_append_only", f"{_LEDGER}_no_truncate"),
    "sqlite": (f"{_LEDGER}_no_update", f"{_LEDGER}_no_delete"),
}
_PRESENT = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}


@invariant(
    "database.triggers",
    wrong="The database would let somebody change or delete entries of the ledger.",
    do="Run the statements of migrations 0002_append_only and 0012_never_emptied again, "
    "then compare the ledger with a backup.",
)
def triggers(here: Here) -> Found:
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT[connection.vendor])
        present = {name for (name,) in cursor.fetchall()}
    return sorted(set(_TRIGGERS[connection.vendor]) - present)


@invariant(
    "database.constraints",
    wrong="Constraints are missing in the database: it would take what must not be.",
    do="Compare with a freshly migrated database and add them again; then run this command once more.",
)
def constraints(here: Here) -> Found:
    return list(_missing_constraints())


def _missing_constraints() -> Iterator[str]:
    with connection.cursor() as cursor:
        for model in apps.get_app_config("wagtail_epayment").get_models():
            present = connection.introspection.get_constraints(cursor, model._meta.db_table)
            yield from sorted({constraint.name for constraint in model._meta.constraints} - set(present))
            keys = (found for found in present.values() if found["unique"] or found["primary_key"])
            unique = {tuple(found["columns"]) for found in keys}
            for field in model._meta.local_fields:
                if field.unique and (field.column,) not in unique:
                    yield f"{model._meta.db_table}.{field.column}"
