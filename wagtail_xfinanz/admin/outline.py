"""A part of an element tree as plain rows for templates: nested, opened to a certain depth, then a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..schemas.complex import Attribute
from ..schemas.describe import cardinality, simple_in_words, type_in_words
from ..schemas.names import local
from ..schemas.paths import above, readable, steps
from ..schemas.tree import Branch, Node

DEPTH = 2
GROUPS = 12
"""So many groups are shown inside each other; of deeper ones only the elements, for no template goes down for ever."""


@dataclass(frozen=True, slots=True)
class OutlineAttribute:
    name: str
    cardinality: str
    type: str
    fixed: str | None
    documentation: str


@dataclass(frozen=True, slots=True)
class Outline:
    """An element, a group of elements or a place for any; ``is_closed`` says that there is more below ``path``."""

    kind: Literal["element", "sequence", "choice", "all", "any"]
    label: str
    cardinality: str
    path: str
    type: str = ""
    documentation: str = ""
    fixed: str | None = None
    attributes: tuple[OutlineAttribute, ...] = ()
    children: tuple[Outline, ...] = ()
    is_closed: bool = False


def outline(node: Node, *, depth: int = DEPTH) -> Outline:
    """The element and ``depth`` levels below it."""
    has_more = bool(node.content.parts)
    return Outline(
        kind="element",
        label=node.label,
        cardinality=cardinality(node.minimum, node.maximum),
        path=node.path,
        type=type_in_words(node),
        documentation=node.documentation,
        fixed=node.fixed,
        attributes=tuple(_attribute(attribute) for attribute in node.attributes),
        children=_children(node.content, depth) if depth else (),
        is_closed=has_more and not depth,
    )


def _children(branch: Branch, depth: int, *, groups: int = 0) -> tuple[Outline, ...]:
    parts = branch.parts if groups < GROUPS else branch.nodes()
    return tuple(_part(part, depth, groups=groups) for part in parts)


def _part(part: object, depth: int, *, groups: int) -> Outline:
    if isinstance(part, Node):
        return outline(part, depth=depth - 1)
    if isinstance(part, Branch):
        many = cardinality(part.minimum, part.maximum)
        return Outline(part.kind, "", many, part.path, children=_children(part, depth, groups=groups + 1))
    return Outline("any", "", cardinality(part.minimum, part.maximum), "")  # type: ignore[attr-defined]


def _attribute(attribute: Attribute) -> OutlineAttribute:
    return OutlineAttribute(
        name=local(attribute.name),
        cardinality="1" if attribute.required else "0..1",
        type=simple_in_words(attribute.type),
        fixed=attribute.fixed,
        documentation=attribute.documentation,
    )


def crumbs(path: str) -> list[tuple[str, str]]:
    """Label and path of every element above, for links back up."""
    return [(readable(f"/{steps(found)[-1]}"), found) for found in above(path) if "#" not in steps(found)[-1]][:-1]
