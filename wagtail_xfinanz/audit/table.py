"""A table of the export: what its columns mean, and how a row becomes text. See docs/reference/audit-export.md."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.db.models import QuerySet, TextChoices
from django.utils.functional import Promise

from .period import Period


class Kind(TextChoices):
    """How values are written; always the same, whatever the language."""

    TEXT = "text"
    INTEGER = "integer"
    CENTS = "cents"
    DATE = "date"
    INSTANT = "instant"
    BOOLEAN = "boolean"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Column:
    """``source`` is a dotted attribute of the row, or computes the value from it."""

    name: str
    kind: Kind
    description: str | Promise
    source: str | Callable[[Any], Any] = ""
    refers_to: str = ""
    """"table.column" whose value it repeats."""

    def text_of(self, row: Any) -> str:
        value = self.source(row) if callable(self.source) else _attribute(row, self.source or self.name)
        return written(value)


def key(description: str | Promise, *, kind: Kind = Kind.INTEGER) -> Column:
    """The key of the row in our database."""
    return Column("id", kind, description, "pk")


def refers(name: str, description: str | Promise, *, to: str, kind: Kind = Kind.INTEGER) -> Column:
    """The key of a row that is in the package too; ``to``: "table.column"."""
    return Column(name, kind, description, f"{name}_id", to)


def person(name: str, description: str | Promise) -> Column:
    """A user name; empty if it was done automatically."""

    def name_of(row: Any) -> str:
        user = getattr(row, name)
        return str(user.get_username()) if user else ""

    return Column(name, Kind.TEXT, description, name_of)


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file; ``key`` names the column that is unique. ``at_once``: so many rows are in memory."""

    name: str
    description: str | Promise
    key: str
    columns: tuple[Column, ...]
    rows: Callable[[Period], QuerySet[Any]]
    at_once: int = 500

    def texts(self, period: Period) -> Iterable[list[str]]:
        for row in self.rows(period).iterator(chunk_size=self.at_once):
            yield [column.text_of(row) for column in self.columns]


def written(value: Any) -> str:
    """Empty for nothing; instants in UTC; JSON with sorted keys."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime.datetime():
            return value.astimezone(datetime.UTC).isoformat()
        case datetime.date():
            return value.isoformat()
        case dict() | list() | tuple():
            return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def _attribute(row: Any, path: str) -> Any:
    return reduce(lambda found, name: None if found is None else getattr(found, name), path.split("."), row)
