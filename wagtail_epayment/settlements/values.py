"""Amounts and days as people and banks write them. Nothing is guessed: what does not fit is refused."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from ..errors import NotUnderstood

_GERMAN = re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d{1,2})?")
_ENGLISH = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,2})?")
_MOST_CENTS = 10**15


def cents_of(text: str, *, decimal: str) -> int:
    """Signed cents of an amount; ``decimal`` is ",", "." or "cents". Raises NotUnderstood.

    The sign may stand before or behind; a currency sign and spaces, also narrow ones, do not matter.
    """
    bare = re.sub(r"[\s€]|EUR", "", text.replace("\N{MINUS SIGN}", "-"))
    sign = -1 if "-" in (bare[:1], bare[-1:]) else 1
    digits = bare.strip("+-") if bare.count("-") + bare.count("+") <= 1 else ""
    pattern = {",": _GERMAN, ".": _ENGLISH, "cents": re.compile(r"\d+")}[decimal]
    if not (digits.isascii() and pattern.fullmatch(digits)):
        raise NotUnderstood(_("“%(text)s” is not an amount.") % {"text": text[:40]})
    return sign * _whole(digits, decimal=decimal, text=text)


def _whole(digits: str, *, decimal: str, text: str) -> int:
    if decimal == "cents":
        found = int(digits[:20])
    else:
        thousands = "." if decimal == "," else ","
        found = int(Decimal(digits.replace(thousands, "").replace(",", ".")).scaleb(2))
    if found > _MOST_CENTS:
        raise NotUnderstood(_("“%(text)s” is not an amount.") % {"text": text[:40]})
    return found


def iso_cents(text: str) -> int:
    """Cents of an xs:decimal without sign, e.g. "12.50" or "12.5". Raises NotUnderstood, also for parts of cents."""
    try:
        amount = Decimal(text.strip()).scaleb(2)
        if not amount.is_finite() or amount < 0 or amount != amount.to_integral_value() or amount > _MOST_CENTS:
            raise ValueError
        return int(amount)
    except (InvalidOperation, ValueError):
        raise NotUnderstood(_("“%(text)s” is not an amount.") % {"text": text[:40]}) from None


def day_of(text: str, *, layouts: Sequence[str]) -> datetime.date:
    """The day in one of the layouts; what follows the day (a time) does not matter. Raises NotUnderstood."""
    bare = re.split(r"[T ,]", text.strip(), maxsplit=1)[0]
    for layout in layouts:
        try:
            return datetime.datetime.strptime(bare, layout).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise NotUnderstood(_("“%(text)s” is not a date.") % {"text": text[:40]})
