"""Text hygiene: one spelling (NFC), no invisible characters, nothing the back office cannot write down."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

from .errors import Invalid

_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\x85]")
_SPACES = re.compile(r"[^\S\n]+")
_MANY_LINES = re.compile(r"\n{4,}")
_MARKS_IN_A_ROW = 4
#: Skin tones, regional indicators and the selectors that turn a sign into a picture.
_PICTURE_PARTS = re.compile("[\U0001f3fb-\U0001f3ff\U0001f1e6-\U0001f1ff\ufe0e\ufe0f\u20e3]")
_UNUSABLE = frozenset({"Cc", "Cs", "Co", "Cn"})


def clean_text(raw: str, *, max_length: int, lines: bool = False, pictures: bool = False) -> str:
    """The text as it is kept: normalised, trimmed, without zero-width and direction marks.

    Raises Invalid for control characters, for emoji and symbols unless ``pictures``, for stacked accents and for more
    than ``max_length`` characters.
    """
    if len(raw) > max_length * 4 + 1000:
        raise _too_long(len(raw), max_length)
    text = without_invisible(unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", raw)))
    if not lines:
        text = text.replace("\n", " ")
    text = _MANY_LINES.sub("\n\n\n", _SPACES.sub(_space, text)).strip()
    text = unicodedata.normalize("NFC", text)
    _refuse_unusable(text, pictures=pictures)
    if len(text) > max_length:
        raise _too_long(len(text), max_length)
    return text


def without_invisible(text: str) -> str:
    """Zero-width, soft hyphen and bidi marks are of category Cf; none of them belongs in an answer."""
    return "".join(char for char in text if unicodedata.category(char) != "Cf" and char != "\u034f")


def is_picture(char: str) -> bool:
    """Whether a character is an emoji or a symbol; signs of ordinary type (°, ©, №) are not."""
    if ord(char) < 0x2000 or char == "№":
        return False
    return unicodedata.category(char) == "So" or _PICTURE_PARTS.match(char) is not None


def _space(match: re.Match[str]) -> str:
    """White space becomes one space, but control characters among it stay to be refused."""
    return " " if all(char == "\t" or unicodedata.category(char) != "Cc" for char in match[0]) else match[0]


def _refuse_unusable(text: str, *, pictures: bool) -> None:
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if category in _UNUSABLE and char != "\n":
            raise Invalid(_("Please leave out control characters and characters that cannot be shown."))
        if not pictures and is_picture(char):
            raise Invalid(
                _("Please leave out emoji and symbols such as “%(char)s”. They cannot be processed.") % {"char": char}
            )
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MARKS_IN_A_ROW:
            raise Invalid(_("Please leave out stacked accents: no letter has more than four of them."))


def _too_long(found: int, allowed: int) -> Invalid:
    return Invalid(
        _("The text is too long: %(found)d characters, at most %(allowed)d are possible. Please shorten it.")
        % {"found": found, "allowed": allowed}
    )
