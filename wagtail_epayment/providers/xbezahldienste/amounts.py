"""Amounts between our cents and the decimals of XBezahldienste; a float never takes part."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wagtail_sitekit.money import to_decimal

#: PaymentRequest.grosAmount.
LARGEST_CENTS = 999_999_00


@dataclass(frozen=True, slots=True)
class Split:
    """A price with tax, taken apart so that both parts add up to it."""

    net: Decimal
    tax: Decimal


def split(gross_cents: int, *, tax_permille: int, times: int = 1) -> Split:
    """Net and tax in one price, multiplied by ``times``.

    The price of one piece is split and then multiplied: so total = pieces × single in both columns, and net + tax is
    exactly what is paid. Tax is rounded half up.
    """
    whole = 1000 + tax_permille
    tax_cents = (2 * gross_cents * tax_permille + whole) // (2 * whole)
    return Split(net=to_decimal((gross_cents - tax_cents) * times), tax=to_decimal(tax_cents * times))


def cents_of(amount: Any) -> int:
    """A JSON number as cents. Raises ValueError for anything that is not a whole number of cents."""
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        raise ValueError("not a decimal number")
    cents = Decimal(amount).scaleb(2)
    if not 0 <= cents <= LARGEST_CENTS or cents != cents.to_integral_value():
        raise ValueError("not a whole number of cents")
    return int(cents)
