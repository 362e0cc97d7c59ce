"""A table of the export: what its columns mean, and how a row becomes text. See docs/reference/audit-export.md."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.db.models import TextChoices
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


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file; ``key`` names the column that is unique."""

    name: str
    description: str | Promise
    key: str
    columns: tuple[Column, ...]
    rows: Callable[[Period], Iterable[Any]]

    def texts(self, period: Period) -> Iterable[list[str]]:
        for row in self.rows(period):
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


def user(name: str) -> Callable[[Any], Any]:
    """The user name of a person; empty if it was done automatically."""

    def name_of(row: Any) -> str:
        person = getattr(row, name)
        return str(person.get_username()) if person else ""

    return name_of
