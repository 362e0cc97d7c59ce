"""Validate a file while reading it, whatever its size."""

from __future__ import annotations

import re
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from lxml import etree

from ...errors import FormatInvalid
from ..reading import forget

_NAMESPACE = re.compile(r"\{[^{}]*\}")
_WHOLE = 32 * 1024 * 1024
_LINE_OF_FIRST_RECORD = 2
"""After the XML declaration; the writer ends the line after each record."""


def validate_stream(source: BinaryIO, *, schema: Any, root: str, records: tuple[str, ...]) -> None:
    """Raises FormatInvalid with the reason. Elements named in ``records`` are forgotten once read."""
    last = ""
    try:
        for _event, element in etree.iterparse(
            source, schema=schema, tag=(root, *records), resolve_entities=False, no_network=True, load_dtd=False
        ):
            last = element.tag
            if last != root:
                forget(element)
    except etree.XMLSyntaxError as error:
        raise FormatInvalid(_reason(source, schema) or _words(str(error))) from error
    if last != root:
        raise FormatInvalid(_("The file is cut off or another message than expected."))


def _reason(source: BinaryIO, schema: Any) -> str:
    """The first contradiction with its record. Streaming knows no line, so a file that fails is read once more."""
    source.seek(0, 2)
    if source.tell() > _WHOLE:
        return ""
    source.seek(0)
    try:
        tree = etree.parse(source, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
        schema.assertValid(tree)
    except etree.DocumentInvalid as error:
        log: Any = error.error_log
        found = log[0]
        told = _("The file breaks its schema near record %(number)s: %(reason)s")
        number = max(found.line - _LINE_OF_FIRST_RECORD, 0) + 1
        return told % {"number": number, "reason": _NAMESPACE.sub("", found.message)}
    except etree.XMLSyntaxError:
        pass
    return ""


def _words(error: str) -> str:
    return _("The file breaks its schema: %(reason)s") % {"reason": _NAMESPACE.sub("", error)}
