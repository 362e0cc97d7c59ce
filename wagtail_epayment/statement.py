"""The booking text of a contract: what payers read on their bank statement."""

from __future__ import annotations

import re

#: What a booking text may hold in braces.
PLACEHOLDERS = ("reference", "purpose", "commune")
DEFAULT = "{reference} {purpose}"
_ANY = re.compile(r"\{([^{}]*)\}|[{}]")


def unknown_placeholders(text: str) -> list[str]:
    """What stands in braces and would not be filled in, as it was written; single braces too."""
    return [found.group() for found in _ANY.finditer(text) if found.group(1) not in PLACEHOLDERS]


def filled(text: str, *, reference: str, purpose: str, commune: str) -> str:
    """The text with its placeholders filled in; an empty one is reference and purpose."""
    values = {"reference": reference, "purpose": purpose, "commune": commune}
    words = _ANY.sub(lambda found: values.get(found.group(1) or "", found.group()), text or DEFAULT)
    return " ".join(words.split())
