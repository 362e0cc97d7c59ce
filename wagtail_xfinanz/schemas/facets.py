"""Does a text fit a simple type? libxml2 answers, from a schema made of nothing but that type."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from xml.sax.saxutils import quoteattr

from lxml import etree

from .names import XS_NAMESPACE
from .simple import Facets, SimpleType

_DECLARED_ELSEWHERE = ("QName", "NOTATION")


def fits(kind: SimpleType, text: str) -> bool:
    """True if ``text`` is a valid value.

    Lists, unions and names that are declared elsewhere are not looked into: the whole file is validated anyway.
    """
    if kind.opaque or kind.builtin in _DECLARED_ELSEWHERE:
        return True
    element = etree.Element("v")
    try:
        element.text = text
    except ValueError:  # a control character, impossible in XML
        return False
    return _validator(kind).validate(element)


@lru_cache(maxsize=512)
def _validator(kind: SimpleType) -> Any:
    body = _restriction(kind.builtin, kind.steps)
    schema = f'<xs:schema xmlns:xs="{XS_NAMESPACE}"><xs:element name="v">{body}</xs:element></xs:schema>'
    return etree.XMLSchema(etree.fromstring(schema))


def _restriction(builtin: str, steps: tuple[Facets, ...]) -> str:
    """One anonymous type around the other, the outermost step innermost."""
    if not steps:
        return f'<xs:simpleType><xs:restriction base="xs:{builtin}"/></xs:simpleType>'
    *earlier, last = steps
    facets = "".join(f"<xs:{name} value={quoteattr(value, _KEPT)}/>" for name, value in last)
    if not earlier:
        return f'<xs:simpleType><xs:restriction base="xs:{builtin}">{facets}</xs:restriction></xs:simpleType>'
    base = _restriction(builtin, tuple(earlier))
    return f"<xs:simpleType><xs:restriction>{base}{facets}</xs:restriction></xs:simpleType>"


_KEPT = {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
