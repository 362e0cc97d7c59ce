"""Texts as XBezahldienste 1.0.0 allows them: what it forbids is written in other letters, not lost."""

from __future__ import annotations

import re

from anyascii import anyascii

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_NOT_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_NOT_PURPOSE = re.compile(r"[^A-Za-z0-9_ -]+")
_NOT_DESCRIPTION = re.compile(r"[^A-Za-z0-9_ ,.\u00C0-\u017F-]+")
#: PaymentRequest.requestId, originatorId, endPointId.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,36}")


def is_name(text: str) -> bool:
    """Whether ``text`` is 1–36 of the characters ``[\\w\\d-]``, read as ASCII."""
    return _NAME.fullmatch(text) is not None


def as_name(text: str) -> str:
    """Item reference: at most 36 characters ``[\\w\\d-]``."""
    return _NOT_NAME.sub("-", _ascii(text)).strip("-")[:36]


def as_purpose(text: str) -> str:
    """PaymentRequest.purpose: at most 27 characters ``[\\w\\d\\s-]``.

    Whether ``\\w`` means umlauts is left to the operator's regular expressions, so they are written out.
    """
    return _shortened(_NOT_PURPOSE.sub(" ", _ascii(text)), 27)


def as_description(text: str, *, longest: int = 250) -> str:
    """Descriptions and names: ``[\\w\\d\\s-,.]`` and Latin letters with accents; other scripts are transliterated."""
    kept = "".join(letter if not _NOT_DESCRIPTION.match(letter) else anyascii(letter) for letter in text)
    return _shortened(_NOT_DESCRIPTION.sub(" ", kept), longest)


def _ascii(text: str) -> str:
    return anyascii(text.translate(_GERMAN))


def _shortened(text: str, longest: int) -> str:
    return " ".join(text.split())[:longest].strip()
