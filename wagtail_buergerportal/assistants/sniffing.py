"""What a file really is, whatever its name says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import puremagic
from django.utils.translation import gettext as _

from .engine.text import is_picture, without_invisible
from .errors import UploadRefused

TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
_ENDINGS = {content_type: f".{name}" for name, content_type in TYPES.items()}
_NAMES = {"pdf": "PDF", "jpg": "JPEG", "png": "PNG"}
_STARTS = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}
#: Beginnings and marks of programs and archives; a file that has them besides is made to deceive.
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"PK\x03\x04", b"<html", b"<script", b"<svg", b"<!doctype html")
_HEAD = 4096
_LONGEST = 100


def content_type_of(data: bytes, accept: Sequence[str]) -> str:
    """The content type, if it is one of ``accept`` (keys of TYPES). Raises UploadRefused.

    Looks at the very first bytes and asks puremagic too; what one of them doubts is refused.
    """
    allowed = {TYPES[name] for name in accept if name in TYPES}
    found = next((kind for kind, start in _STARTS.items() if data.startswith(start)), None)
    if found not in allowed or not _agrees(data, found) or _is_hiding(data):
        raise UploadRefused(_wrong(accept))
    return found


def clean_name(name: str, content_type: str) -> str:
    """A file name without path, tricks and surprises, ending like what it is."""
    base = re.split(r"[/\\]", without_invisible(unicodedata.normalize("NFC", name)))[-1]
    stem = base.rsplit(".", 1)[0] if "." in base else base
    stem = "".join(char if _is_plain(char) else "_" for char in stem)
    stem = re.sub(r"[\s_]{2,}", "_", stem).strip(" ._-")[:_LONGEST].strip(" ._-")
    return (stem or _("file")) + _ENDINGS[content_type]


def _is_plain(char: str) -> bool:
    return (char.isalnum() or char in " ._-()") and not is_picture(char)


def _agrees(data: bytes, content_type: str) -> bool:
    try:
        return any(guess.mime_type == content_type for guess in puremagic.magic_string(data[:_HEAD] + data[-_HEAD:]))
    except (puremagic.PureError, ValueError):
        return False


def _is_hiding(data: bytes) -> bool:
    head = data[8:1024].lstrip().lower()
    return any(head.startswith(mark.lower()) for mark in _PROGRAMS)


def _wrong(accept: Sequence[str]) -> str:
    names = [_NAMES[name] for name in accept if name in _NAMES]
    listed = ", ".join(names[:-1]) + (_(" or ") if len(names) > 1 else "") + names[-1] if names else ""
    return _("This is not a file of the type %(types)s, whatever its name says. Please choose another one.") % {
        "types": listed
    }
