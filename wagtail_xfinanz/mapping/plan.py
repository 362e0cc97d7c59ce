"""A mapping made ready for writing: elements in the order of the schema, each with the way to its value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ..formats.base import Header, Line
from .model import Repeat


@dataclass(frozen=True, slots=True)
class Scope:
    """What values are taken from: the batch, and inside a repetition the postings of the payment or the one."""

    header: Header
    lines: tuple[Line, ...] = ()

    @property
    def line(self) -> Line:
        return self.lines[0]

    def single(self) -> Iterable[Scope]:
        """A scope for each of the postings."""
        return [Scope(self.header, (line,)) for line in self.lines] if len(self.lines) > 1 else (self,)


@dataclass(slots=True, eq=False)
class Value:
    """``read`` gives the text, empty if there is none; ``is_dynamic`` tells data from constants."""

    read: Callable[[Scope], str]
    is_dynamic: bool
    is_sure: bool = False
    """Data that is never empty."""
    fallback: str = ""
    may_be_empty: bool = True
    """Whether the type allows an empty text."""
    is_free_text: bool = False
    """Whether people wrote it, so that its characters have to be looked at."""


@dataclass(slots=True, eq=False)
class PlanAttribute:
    name: str
    value: Value
    required: bool


@dataclass(slots=True, eq=False)
class PlanElement:
    """``required`` holds where the element stands; inside a choice nothing is required."""

    name: str
    path: str
    required: bool
    attributes: list[PlanAttribute] = field(default_factory=list)
    text: Value | None = None
    parts: list[PlanElement | PlanGroup] = field(default_factory=list)
    repeat: Repeat | None = None
    condition: Callable[[Scope], bool] | None = None
    xsi_type: str = ""
    nillable: bool = False
    is_stream: bool = False
    is_dynamic: bool = False
    data: list[Callable[[Scope], str]] = field(default_factory=list)
    """The ways to its own values that come from data."""
    is_leaf: bool = False
    """Whether there is nothing but text."""

    def settle(self) -> None:
        """Work out from text, attributes and parts what the writer asks for; call it once they are complete."""
        values = [self.text, *(attribute.value for attribute in self.attributes)]
        self.data = [value.read for value in values if value and value.is_dynamic]
        self.is_dynamic = bool(self.data) or any_dynamic(self.parts)
        self.is_leaf = self.text is not None and not (self.attributes or self.parts or self.xsi_type)

    def walk(self) -> Iterator[PlanElement | PlanGroup]:
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(slots=True, eq=False)
class PlanGroup:
    """Elements without one around them. Of a choice one part is written."""

    path: str
    is_choice: bool
    required: bool
    parts: list[PlanElement | PlanGroup]
    repeat: Repeat | None = None
    condition: Callable[[Scope], bool] | None = None
    is_stream: bool = False
    is_dynamic: bool = False

    def walk(self) -> Iterator[PlanElement | PlanGroup]:
        yield self
        for part in self.parts:
            yield from part.walk()


def any_dynamic(parts: Iterable[PlanElement | PlanGroup]) -> bool:
    """Whether what is written of these parts depends on data."""
    return any(part.is_dynamic or part.repeat for part in parts)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about a place of the message. Only problems keep a mapping from being used."""

    path: str
    message: str
    is_problem: bool = True


@dataclass(slots=True)
class Plan:
    """``findings`` are empty or notes only, if the plan may be carried out."""

    root: PlanElement
    prefixes: dict[str, str]
    findings: list[Finding]
    stream: PlanElement | PlanGroup | None = None
    writes_items: bool = False

    @property
    def problems(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_problem]
