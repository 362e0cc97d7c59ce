"""From a value to the text of a cell and, for what is counted, back again."""

from __future__ import annotations

import re

from .profile import Decimal, Profile, Sign

_POINTS = {Decimal.COMMA: ",", Decimal.POINT: ".", Decimal.NONE: ""}


def amount_text(cents: int, profile: Profile) -> str:
    """Signed cents as the profile wants them, without thousands: -1250 → "-12,50", "12.50-", "1250"."""
    whole, rest = divmod(abs(cents), 100)
    digits = str(abs(cents)) if profile.decimal == Decimal.NONE else f"{whole}{_POINTS[_decimal(profile)]}{rest:02d}"
    if profile.sign == Sign.SEPARATE or (cents >= 0 and profile.sign != Sign.ALWAYS):
        return digits
    if profile.sign == Sign.TRAILING:
        return f"{digits}-"
    return f"{'-' if cents < 0 else '+'}{digits}"


def cents_of(text: str, profile: Profile) -> int:
    """The cents of an amount, perhaps filled up with blanks or zeros. Raises ValueError for any other text."""
    found = text.strip(" ")
    cents = int(re.sub(r"[^0-9]", "", found))
    cents = -cents if "-" in found else cents
    if amount_text(cents, profile).zfill(len(found)) != found:
        raise ValueError(text)
    return cents


def sign_text(cents: int, profile: Profile) -> str:
    return profile.negative if cents < 0 else profile.positive


def percent_text(permille: int, profile: Profile) -> str:
    """One place after the decimal sign, empty for 0: 190 → "19,0"."""
    if not permille:
        return ""
    whole, rest = divmod(permille, 10)
    return f"{whole}{_POINTS[_decimal(profile)]}{rest}"


def _decimal(profile: Profile) -> Decimal:
    return Decimal(profile.decimal)
