"""What the schema says about one place, for the page on which everything about it is said."""

from __future__ import annotations

from dataclasses import dataclass

from ..schemas.describe import cardinality, simple_in_words, type_in_words
from ..schemas.simple import SimpleType
from ..schemas.tree import Tree

MAX_VALUES = 500


@dataclass(frozen=True, slots=True)
class About:
    """Type and occurrence in words, what the authors say, and the values that are possible, with their meaning."""

    type: str
    cardinality: str
    documentation: str
    values: tuple[tuple[str, str], ...] = ()


def is_place(tree: Tree, path: str) -> bool:
    """Whether the schema has this element, attribute or repeatable group."""
    return about_place(tree, path) is not None


def about_place(tree: Tree, path: str) -> About | None:
    """None if the schema has nothing at this path."""
    head, _slash, last = path.rpartition("/@")
    if node := tree.find(head or path):
        if not head:
            shown = node.code or node
            said = node.documentation
            return About(type_in_words(shown), cardinality(node.minimum, node.maximum), said, _values(shown.text))
        attribute = node.attribute(last)
        if attribute is None:
            return None
        times = "1" if attribute.required else "0..1"
        return About(simple_in_words(attribute.type), times, attribute.documentation, _values(attribute.type))
    branch = None if head else tree.find_branch(path)
    return About("", cardinality(branch.minimum, branch.maximum), "") if branch else None


def _values(kind: SimpleType | None) -> tuple[tuple[str, str], ...]:
    labels = dict(kind.labels) if kind else {}
    return tuple((value, labels.get(value, "")) for value in kind.values[:MAX_VALUES]) if kind else ()
