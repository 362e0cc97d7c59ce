"""Content models: which elements follow each other, how often, and where there is a choice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from .components import Components, Item

Kind = Literal["sequence", "choice", "all"]


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """A place for one element; ``item`` is its declaration, local or global."""

    item: Item
    minimum: int
    maximum: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Wildcard:
    """A place for elements the schema does not name."""

    minimum: int
    maximum: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Several particles; ``maximum`` None means any number of times."""

    kind: Kind
    minimum: int
    maximum: int | None
    parts: tuple[Particle, ...]


Particle = Element | Wildcard | Group
_KINDS: dict[str, Kind] = {"sequence": "sequence", "choice": "choice", "all": "all"}
_TAGS = ("element", "any", "group", "sequence", "choice", "all")
EMPTY = Group("sequence", 1, 1, ())


def particle(components: Components, item: Item) -> Particle:
    """What one node of a content model says, groups looked up."""
    minimum, maximum = occurs(item)
    if item.tag == "element":
        return Element(components.need("element", item.refers("ref")) if item.get("ref") else item, minimum, maximum)
    if item.tag == "any":
        return Wildcard(minimum, maximum)
    if item.tag == "group":
        inner = components.need("group", item.refers("ref")).child("sequence", "choice", "all")
        body = particle(components, inner) if inner else EMPTY
        return simplified(Group("sequence", minimum, maximum, (body,)))
    parts = tuple(particle(components, child) for child in item.children(*_TAGS))
    return simplified(Group(_KINDS[item.tag], minimum, maximum, parts))


def occurs(item: Item) -> tuple[int, int | None]:
    maximum = item.get("maxOccurs", "1")
    return int(item.get("minOccurs", "1")), None if maximum == "unbounded" else int(maximum)


def simplified(group: Group) -> Particle:
    """The same content with fewer brackets: nothing empty, nothing nested without need."""
    parts = tuple(part for inner in group.parts if not _is_nothing(inner) for part in _inlined(inner, group.kind))
    if len(parts) == 1:
        (part,) = parts
        return replace(
            part,
            minimum=group.minimum * part.minimum,
            maximum=_times(group.maximum, part.maximum),
        )
    return replace(group, parts=parts)


def _is_nothing(part: Particle) -> bool:
    return part.maximum == 0 or (isinstance(part, Group) and not part.parts)


def _inlined(part: Particle, kind: Kind) -> Iterator[Particle]:
    once = (part.minimum, part.maximum) == (1, 1)
    if isinstance(part, Group) and part.kind == kind != "all" and once:
        yield from part.parts
    else:
        yield part


def _times(one: int | None, other: int | None) -> int | None:
    if 0 in (one, other):
        return 0
    return None if one is None or other is None else one * other
