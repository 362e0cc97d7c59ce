"""Mappings as JSON, to be kept and to be shared between towns. Reading is strict: a file may come from anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any

from django.utils.translation import gettext as _

from ..errors import MappingInvalid
from ..schemas.paths import steps
from .model import CodeList, Condition, Entry, Mapping, Repeat, Source, SourceKind, Test

FORMAT = "wagtail-xfinanz-mapping/1"
MAX_BYTES = 2 * 1024 * 1024
MAX_ENTRIES = 5_000
MAX_TEXT = 2_000


def to_json(mapping: Mapping) -> dict[str, Any]:
    """Plain JSON values without what is at its default; ``from_json`` gives an equal mapping back."""
    return {"format": FORMAT, "entries": [], **_plain(mapping)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if not hasattr(value, "__dataclass_fields__"):
        return str(value) if isinstance(value, str) else value
    data = {field.name: getattr(value, field.name) for field in fields(value)}
    defaults = {field.name: field.default for field in fields(value) if field.default is not MISSING}
    return {name: _plain(item) for name, item in data.items() if name not in defaults or item != defaults[name]}


def loads(text: bytes) -> Mapping:
    """Raises MappingInvalid."""
    if len(text) > MAX_BYTES:
        raise MappingInvalid(_("The file is too large for a mapping."))
    try:
        return from_json(json.loads(text))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise MappingInvalid(_("This is no JSON file: %(error)s") % {"error": error}) from error


def from_json(data: Any) -> Mapping:
    """Raises MappingInvalid and names what is wrong."""
    found = _Reader("", data, optional=("note",), needed=("format", "message", "entries"))
    if found.data["format"] != FORMAT:
        raise found.error("format")
    rows = found.data["entries"]
    if not isinstance(rows, list) or len(rows) > MAX_ENTRIES:
        raise found.error("entries")
    mapping = Mapping(message=found.text("message"), note=found.text("note"))
    entries = [_entry(number, row) for number, row in enumerate(rows, start=1)]
    if len({entry.path for entry in entries}) != len(entries):
        raise MappingInvalid(_("A path stands in the mapping twice."))
    return mapping.having(entries)


def _entry(number: int, row: Any) -> Entry:
    optional = tuple(field.name for field in fields(Entry) if field.name != "path")
    found = _Reader(f"entries[{number}]", row, optional=optional, needed=("path",))
    path = found.text("path")
    try:
        steps(path)
    except ValueError as error:
        raise found.error("path") from error
    repeat = found.text("repeat")
    return Entry(
        path=path,
        source=found.part("source", _source),
        repeat=found.choice(Repeat, repeat) if repeat else None,
        condition=found.part("condition", _condition),
        code_list=found.part("code_list", _code_list),
        format=found.text("format"),
        table=found.table("table"),
        prefix=found.text("prefix"),
        cut=found.number("cut"),
        fallback=found.text("fallback"),
    )


def _source(place: str, data: Any) -> Source:
    found = _Reader(place, data, optional=("value",), needed=("kind",))
    return Source(found.choice(SourceKind, found.text("kind")), found.text("value"))


def _condition(place: str, data: Any) -> Condition:
    found = _Reader(place, data, optional=("value",), needed=("field", "test"))
    return Condition(found.text("field"), found.choice(Test, found.text("test")), found.text("value"))


def _code_list(place: str, data: Any) -> CodeList:
    found = _Reader(place, data, optional=("uri", "version"), needed=())
    return CodeList(found.text("uri"), found.text("version"))


class _Reader:
    """One JSON object whose keys are known."""

    def __init__(self, place: str, data: Any, *, optional: tuple[str, ...], needed: tuple[str, ...]) -> None:
        self.place = place
        if not isinstance(data, dict):
            raise self.error("")
        self.data: dict[str, Any] = data
        for name in [*(set(data) - {*optional, *needed}), *(set(needed) - set(data))]:
            raise self.error(str(name))

    def error(self, name: str) -> MappingInvalid:
        place = ".".join(filter(None, (self.place, name[:80]))) or "JSON"
        return MappingInvalid(_("This is no mapping that can be read: see “%(place)s”.") % {"place": place})

    def text(self, name: str) -> str:
        value = self.data.get(name, "")
        if not _is_text(value):
            raise self.error(name)
        return str(value)

    def number(self, name: str) -> int:
        value = self.data.get(name, 0)
        if type(value) is not int or not 0 <= value <= MAX_TEXT:
            raise self.error(name)
        return value

    def choice(self, kind: Any, value: str) -> Any:
        if value not in kind.values:
            raise self.error(value)
        return kind(value)

    def table(self, name: str) -> tuple[tuple[str, str], ...]:
        rows = self.data.get(name, [])
        if not isinstance(rows, list) or len(rows) > MAX_TEXT:
            raise self.error(name)
        for row in rows:
            if not (isinstance(row, list) and len(row) == 2 and all(map(_is_text, row))):
                raise self.error(name)
        return tuple((key, value) for key, value in rows)

    def part(self, name: str, read: Callable[[str, Any], Any]) -> Any:
        if self.data.get(name) is None:
            return None
        return read(".".join(filter(None, (self.place, name))), self.data[name])


def _is_text(value: Any) -> bool:
    """A text of bearable length without control characters, which XML does not know."""
    return isinstance(value, str) and len(value) <= MAX_TEXT and all(char >= " " or char in "\t\n" for char in value)
