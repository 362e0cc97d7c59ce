"""Take the document type out of a schema file before any parser sees it.

The W3C publishes two schemas that many packages bring along with a document type: xml.xsd and that of signatures. It
declares nothing a schema needs, so it is cut out and never read. One whose entities lead anywhere stays, so the file is
refused. Whatever this makes of a file from a stranger is judged afterwards by a parser and a check of their own.
"""

from __future__ import annotations

import re

_BEFORE = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_START = b"<!DOCTYPE"
_TOKEN = re.compile(rb"""<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|"[^"]*"|'[^']*'|[\[\]>]""", re.DOTALL)
_ENTITY = b"<!ENTITY"
_PLAIN_ENTITY = re.compile(rb"""<!ENTITY\s+(?:%\s+)?[\w.:-]+\s+(?:"[^"&%]*"|'[^'&%]*')\s*>""")
MAX_BYTES = 16 * 1024


def without_doctype(data: bytes) -> bytes:
    """The file without its document type, line numbers kept; unchanged if it has none or none that is harmless."""
    before = _BEFORE.match(data)
    start = before.end() if before else 0
    if not data.startswith(_START, start):
        return data
    end = _end(data, start)
    if not _is_harmless(data[start:end]):
        return data
    return data[:start] + b"\n" * data.count(b"\n", start, end) + data[end:]


def _end(data: bytes, start: int) -> int:
    """Where the document type ends; ``start`` if it is longer than any honest one or never ends."""
    inside = 0
    for token in _TOKEN.finditer(data, start + len(_START), start + MAX_BYTES):
        match token.group():
            case b"[":
                inside += 1
            case b"]":
                inside -= 1
            case b">" if inside == 0:
                return token.end()
    return start


def _is_harmless(doctype: bytes) -> bool:
    """Entities, if any, are plain text: none is read from elsewhere or made of others."""
    return doctype.count(_ENTITY) == len(_PLAIN_ENTITY.findall(doctype))
