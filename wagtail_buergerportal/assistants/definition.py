"""An assistant as data: frozen dataclasses ⇄ JSON. No Django, no database.

The JSON form leaves out what is at its default, so a release written today reads the same after fields are added.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Literal, TypeVar

FORMAT = 1

Presence = Literal["required", "recommended", "optional"]
Operator = Literal["is", "is_not", "filled", "empty", "greater", "less", "contains"]


class DefinitionError(ValueError):
    """The JSON is not a definition this version can read."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison with the answer to an earlier question."""

    field: str
    operator: Operator = "is"
    value: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions that must all hold ("all") or of which one suffices ("any")."""

    conditions: tuple[Condition, ...]
    mode: Literal["all", "any"] = "all"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question, or a piece of explanation (kind "content").

    ``minimum`` and ``maximum`` are decimals as text; ``earliest_days`` and ``latest_days`` count from the day of
    filling in; ``rules`` must all hold for the field to be shown.
    """

    kind: str
    key: str
    label: str = ""
    help: str = ""
    presence: Presence = "required"
    prefill: str = ""
    group: str = ""
    rules: tuple[Rule, ...] = ()
    options: tuple[Option, ...] = ()
    minimum: str = ""
    maximum: str = ""
    places: int = 0
    unit: str = ""
    earliest_days: int | None = None
    latest_days: int | None = None
    max_length: int = 0
    accept: tuple[str, ...] = ()
    max_bytes: int = 0
    max_files: int = 1
    html: str = ""

    @property
    def is_question(self) -> bool:
        return self.kind != "content"


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the assistant."""

    key: str
    title: str
    intro: str = ""
    rules: tuple[Rule, ...] = ()
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class FeeRule:
    """A fee by its key in the commune's fee schedule, times a number or the answer to a number field."""

    key: str
    label: str = ""
    quantity: int = 1
    quantity_field: str = ""
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole assistant in one language."""

    title: str
    steps: tuple[Step, ...]
    language: str = "de"
    intro: str = ""
    needed: tuple[str, ...] = ()
    processing_time: str = ""
    confirmation: str = ""
    submit_label: str = ""
    fees: tuple[FeeRule, ...] = ()

    def questions(self) -> Iterator[tuple[Step, Field]]:
        """Every question with its step, in order."""
        for step in self.steps:
            for field in step.fields:
                if field.is_question:
                    yield step, field

    def step(self, key: str) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)

    def fee_keys(self) -> frozenset[str]:
        return frozenset(fee.key for fee in self.fees)

    def to_json(self) -> dict[str, Any]:
        return {"format": FORMAT, **_dump(self)}

    def content_hash(self) -> str:
        """The same for the same content, whatever the order of keys: SHA-256 of the canonical JSON."""
        text = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def from_json(data: Mapping[str, Any]) -> Definition:
    """Read what ``Definition.to_json`` wrote. Raises DefinitionError."""
    if data.get("format") != FORMAT:
        raise DefinitionError(f"Unknown format {data.get('format')!r} of an assistant definition.")
    try:
        return _load(Definition, {key: value for key, value in data.items() if key != "format"})
    except (TypeError, KeyError, AttributeError) as error:
        raise DefinitionError(f"Not an assistant definition: {error}") from error


_NESTED: dict[tuple[type, str], type] = {
    (Definition, "steps"): Step,
    (Definition, "fees"): FeeRule,
    (Step, "fields"): Field,
    (Step, "rules"): Rule,
    (Field, "rules"): Rule,
    (Field, "options"): Option,
    (FeeRule, "rules"): Rule,
    (Rule, "conditions"): Condition,
}

T = TypeVar("T")


def _dump(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in fields(value):
        content = getattr(value, item.name)
        if item.default is not MISSING and content == item.default:
            continue
        nested = (type(value), item.name) in _NESTED
        if isinstance(content, tuple):
            content = [_dump(part) for part in content] if nested else list(content)
        found[item.name] = content
    return found


def _load(shape: type[T], data: Mapping[str, Any]) -> T:
    known: dict[str, Any] = {}
    for name, content in data.items():
        inner = _NESTED.get((shape, name))
        if isinstance(content, list):
            content = tuple(_load(inner, part) for part in content) if inner else tuple(content)
        known[name] = content
    return shape(**known)
