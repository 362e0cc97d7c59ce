"""Types and cardinalities in plain words, for people who map."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from .complex import ComplexType
from .names import local
from .simple import SimpleType
from .tree import Node

_SHOWN_VALUES = 6


def cardinality(minimum: int, maximum: int | None) -> str:
    """``1``, ``0..1``, ``1..n``."""
    most = "n" if maximum is None else str(maximum)
    return most if str(minimum) == most else f"{minimum}..{most}"


def type_in_words(node: Node) -> str:
    """The type's name and what it demands of a text."""
    if isinstance(node.type, ComplexType) and node.text is None:
        return local(node.type.name) or _("element with parts")
    return simple_in_words(node.text) if node.text else ""


def simple_in_words(kind: SimpleType) -> str:
    name = local(kind.name) or kind.builtin
    details = "; ".join(_details(kind))
    return f"{name} ({details})" if details else name


def _details(kind: SimpleType) -> Iterator[str]:
    if kind.opaque:
        yield _("a list, or one of several types")
    elif local(kind.name) != kind.builtin and kind.name:
        yield kind.builtin
    if kind.values:
        shown = ", ".join(kind.values[:_SHOWN_VALUES])
        more = ", …" if len(kind.values) > _SHOWN_VALUES else ""
        yield _("one of: %(values)s") % {"values": shown + more}
    for facet, value in kind.facets.items():
        if told := _facet(facet, value):
            yield told
    for pattern in kind.patterns:
        yield _("pattern %(pattern)s") % {"pattern": pattern if len(pattern) < 60 else f"{pattern[:57]}…"}


def _facet(name: str, value: str) -> str:
    told = {
        "length": _("exactly %(value)s characters"),
        "minLength": _("at least %(value)s characters"),
        "maxLength": _("at most %(value)s characters"),
        "minInclusive": _("not less than %(value)s"),
        "maxInclusive": _("not more than %(value)s"),
        "minExclusive": _("more than %(value)s"),
        "maxExclusive": _("less than %(value)s"),
        "totalDigits": _("at most %(value)s digits"),
        "fractionDigits": _("at most %(value)s decimal places"),
    }.get(name, "")
    return told % {"value": value} if told else ""
