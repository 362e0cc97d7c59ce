"""What goes where in a message: mappings as plain data, checked against a schema and carried out. No database."""

from __future__ import annotations

from .codec import from_json, to_json
from .model import CodeList, Condition, Entry, Mapping, Repeat, Source, SourceKind, Test

__all__ = [
    "CodeList",
    "Condition",
    "Entry",
    "Mapping",
    "Repeat",
    "Source",
    "SourceKind",
    "Test",
    "from_json",
    "to_json",
]
