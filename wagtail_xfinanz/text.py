"""Text for finance systems: normalise, write typographic characters plainly, then say what cannot be written.

Nothing is dropped and nothing becomes "?". Without another repertoire the kassenbuch's own holds, which follows
datatype C of DIN 91379 in its blocks: Latin letters with their marks, the signs of Latin-1, the euro; no Greek, no
Cyrillic, no emoji. The XSD of the kassenbuch format carries the same pattern.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .errors import BookkeepingError
from .repertoire import Repertoire, outside, with_search_forms

_PLAIN = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022", "-"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f\t\n\r", " "),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
    "\u2026": "...",
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
}
_TRANSLITERATION = str.maketrans(_PLAIN)
_TYPOGRAPHIC = re.compile(f"[{''.join(_PLAIN)}]")

LETTERS = (
    "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
    "\u0259\u0268\u0292\u02b9\u02ba\u02be\u02bf\u02c8\u02cc"
)
SIGNS = (
    "\u0020-\u0040\u005b-\u0060\u007b-\u007e\u00a1-\u00a9\u00ab\u00ac\u00ae-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2021\u20ac"
)
MARKS = "\u0300-\u0304\u0306-\u030d\u0310\u0315\u031b\u0323-\u0329\u032c-\u0331\u0335\u035f"
KASSENBUCH_PATTERN = re.compile(f"(?:[{LETTERS}][{MARKS}]*|[{SIGNS}])*")
_WRITABLE = re.compile(f"[{LETTERS}][{MARKS}]*|[{SIGNS}]")


@dataclass(frozen=True, slots=True)
class TextProblem:
    """A character that cannot be written, and where."""

    record: str
    field: str
    character: str
    """One character, or a letter with its marks."""

    def __str__(self) -> str:
        name = ", ".join(unicodedata.name(part, "?") for part in self.character)
        return _(
            "%(record)s, field “%(field)s”: the character “%(character)s” (U+%(code)s, %(name)s) is impossible."
        ) % {
            "record": self.record,
            "field": self.field,
            "character": self.character,
            "code": " U+".join(f"{ord(part):04X}" for part in self.character),
            "name": name,
        }


class TextNotWritable(BookkeepingError):
    """Some characters are outside the repertoire; ``problems`` names each."""

    def __init__(self, problems: list[TextProblem]) -> None:
        self.problems = problems
        super().__init__(" ".join(str(problem) for problem in problems))


def plain(text: str) -> str:
    """``text`` in NFC with typographic dashes, quotes and blanks written plainly: “Gebühr” → "Gebühr"."""
    if _is_plain_ascii(text):
        return text
    text = unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", text.translate(_TRANSLITERATION)) if _TYPOGRAPHIC.search(text) else text


def written(text: str, repertoire: Repertoire = Repertoire.KASSENBUCH) -> str:
    """The plain text, for String.Latin with the letters it does not have in their search form."""
    result = plain(text)
    return with_search_forms(result) if repertoire == Repertoire.STRING_LATIN else result


def unwritable(text: str, repertoire: Repertoire = Repertoire.KASSENBUCH) -> list[str]:
    """The characters of a plain text that are outside the repertoire, each once, in order."""
    if repertoire != Repertoire.KASSENBUCH:
        return outside(text, repertoire)
    if _is_plain_ascii(text) or KASSENBUCH_PATTERN.fullmatch(text):
        return []
    return list(dict.fromkeys(_WRITABLE.sub("", text)))


def writable(text: str, *, record: str, field: str, repertoire: Repertoire = Repertoire.KASSENBUCH) -> str:
    """The text as it is written. Raises TextNotWritable naming record, field and every impossible character."""
    result = written(text, repertoire)
    if bad := unwritable(result, repertoire):
        raise TextNotWritable([TextProblem(record, field, character) for character in bad])
    return result


def _is_plain_ascii(text: str) -> bool:
    """The common case, quickly told: nothing to do."""
    return text.isascii() and text.isprintable()
