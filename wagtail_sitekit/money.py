"""Money is an integer of cents beside an ISO 4217 currency; text and decimals exist only at the edge."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format


def cents(value: int) -> int:
    """Return ``value`` if it is a whole number of cents. Raises TypeError for floats and bools."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"Money is a whole number of cents, not {type(value).__name__}.")
    return value


def to_decimal(amount_cents: int) -> Decimal:
    """Cents as a decimal with exactly two places: 1250 → Decimal("12.50")."""
    return Decimal(cents(amount_cents)).scaleb(-2)


def format_money(amount_cents: int, currency: str = "EUR") -> str:
    """Amount for people in the active language: 123450 → "1.234,50 €" in German."""
    symbol = {"EUR": "€"}.get(currency, currency)
    text = number_format(to_decimal(amount_cents), decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{text}\N{NO-BREAK SPACE}{symbol}"
