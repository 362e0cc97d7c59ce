"""What is asked of Stripe: parameters of its API, only such as its published description knows too."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from ..base import AttemptView, ItemView, RefundView, ReturnUrls
from .ownership import REFERENCE, REFUND_KEY, TX_ID, marks

#: A session lives between 30 minutes and 24 hours; a minute less of each, for clocks differ.
_SHORTEST, _LONGEST = datetime.timedelta(minutes=31), datetime.timedelta(hours=24) - datetime.timedelta(minutes=1)
_MOST_LINES = 100
_LOCALES = {
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fil", "fr", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv",
    "ms", "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh",
}  # fmt: skip


def session(attempt: AttemptView, *, urls: ReturnUrls, portal: str) -> Any:
    """Parameters of ``POST /v1/checkout/sessions``."""
    metadata = marks(portal, **{TX_ID: attempt.merchant_tx_id, REFERENCE: attempt.reference})
    return {
        "mode": "payment",
        "line_items": _lines(attempt),
        "success_url": urls.back,
        "cancel_url": urls.back,
        "client_reference_id": attempt.merchant_tx_id,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, "description": _line(attempt)},
        "expires_at": _expires_at(attempt),
        "locale": _locale(attempt.language),
    }


def session_key(attempt: AttemptView) -> str:
    """The same for the same attempt, so that Stripe makes one session however often it is asked."""
    return f"session-{attempt.merchant_tx_id}"


def refund(attempt: AttemptView, wanted: RefundView, *, portal: str) -> Any:
    """Parameters of ``POST /v1/refunds``."""
    return {
        "payment_intent": wanted.payment_ref,
        "amount": wanted.amount_cents,
        "metadata": marks(portal, **{TX_ID: attempt.merchant_tx_id, REFUND_KEY: wanted.key}),
    }


def refund_key(wanted: RefundView) -> str:
    return f"refund-{wanted.key}"


def _lines(attempt: AttemptView) -> list[dict[str, Any]]:
    """The items, if Stripe can show them as they are; else the amount in one line."""
    items = attempt.items
    adds_up = sum(item.total_cents for item in items) == attempt.amount_cents
    if adds_up and len(items) <= _MOST_LINES and all(_is_sellable(item) for item in items):
        return [_priced(attempt, item.label, item.unit_cents, item.quantity) for item in items]
    return [_priced(attempt, _line(attempt), attempt.amount_cents, 1)]


def _is_sellable(item: ItemView) -> bool:
    return bool(item.label.strip()) and item.quantity > 0 and item.unit_cents >= 0


def _priced(attempt: AttemptView, name: str, cents: int, quantity: int) -> dict[str, Any]:
    price = {"currency": attempt.currency.lower(), "unit_amount": cents, "product_data": {"name": name[:250]}}
    return {"quantity": quantity, "price_data": price}


def _line(attempt: AttemptView) -> str:
    return (attempt.purpose.strip() or attempt.reference)[:250]


def _expires_at(attempt: AttemptView) -> int:
    now = timezone.now()
    wanted = attempt.expires_at or now + _LONGEST
    return int(min(max(wanted, now + _SHORTEST), now + _LONGEST).timestamp())


def _locale(language: str) -> str:
    """Stripe's page speaks the payer's language, or what the browser asks for."""
    short = language.lower().replace("_", "-").partition("-")[0]
    return short if short in _LOCALES else "auto"
