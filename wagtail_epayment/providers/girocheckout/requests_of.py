"""Our views as the values of a call; ``fields`` says which of them it takes and in which order."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.utils import timezone

from ..base import AttemptView, RefundView, ReturnUrls
from .options import PAGE_METHOD
from .texts import clipped, language, to_refund_id, to_their_id

_PURPOSE, _DESCRIPTION, _KASSENZEICHEN = 27, 120, 255


def start_values(attempt: AttemptView, *, urls: ReturnUrls) -> dict[str, str]:
    return {
        **_payment(attempt),
        "locale": language(attempt.language),
        "urlRedirect": urls.back,
        "urlNotify": urls.notify,
    }


def page_values(attempt: AttemptView, *, urls: ReturnUrls, organization: str, is_live: bool) -> dict[str, str]:
    """A page for one success (``single`` 2) that dies with the attempt."""
    return {
        **_payment(attempt),
        "description": clipped(attempt.purpose, longest=_DESCRIPTION),
        "expirydate": _last_day(attempt).isoformat(),
        "single": "2",
        "locale": language(attempt.language),
        "organization": clipped(organization, longest=70),
        "test": "0" if is_live else "1",
        "successUrl": urls.back,
        "backUrl": urls.back,
        "failUrl": urls.back,
        "notifyUrl": urls.notify,
    }


def refund_values(attempt: AttemptView, refund: RefundView, *, method: str) -> dict[str, str]:
    money = {
        "merchantTxId": to_refund_id(attempt.merchant_tx_id, key=refund.key),
        "amount": str(refund.amount_cents),
        "currency": refund.currency,
        "purpose": clipped(refund.purpose or attempt.reference, longest=_PURPOSE),
        "kassenzeichen": clipped(attempt.reference, longest=_KASSENZEICHEN),
    }
    return {**money, **_transaction(attempt, refund, is_page=method == PAGE_METHOD)}


def void_values(attempt: AttemptView, refund: RefundView) -> dict[str, str]:
    return {
        "merchantTxId": to_refund_id(attempt.merchant_tx_id, key=refund.key),
        "reference": attempt.provider_ref,
    }


def refund_status_values(attempt: AttemptView, refund: RefundView, *, method: str) -> dict[str, str]:
    if method == PAGE_METHOD:
        return {"reference": attempt.provider_ref, "txreference": refund.provider_ref}
    return {"reference": refund.provider_ref}


def check_values(merchant_tx_id: str) -> dict[str, str]:
    """Surely refused: nobody pays a negative amount. What for tells whether the password is right."""
    anywhere = "https://localhost/"
    return {
        "merchantTxId": to_their_id(merchant_tx_id),
        "amount": "-1",
        "currency": "EUR",
        "purpose": "Verbindungstest",
        "test": "1",
        **dict.fromkeys(("urlRedirect", "urlNotify", "successUrl", "backUrl", "failUrl", "notifyUrl"), anywhere),
    }


def _payment(attempt: AttemptView) -> dict[str, str]:
    return {
        "merchantTxId": to_their_id(attempt.merchant_tx_id),
        "amount": str(attempt.amount_cents),
        "currency": attempt.currency,
        "purpose": clipped(attempt.purpose or attempt.reference, longest=_PURPOSE),
        "kassenzeichen": clipped(attempt.reference, longest=_KASSENZEICHEN),
    }


def _transaction(attempt: AttemptView, refund: RefundView, *, is_page: bool) -> Mapping[str, str]:
    """Which money it is. Without a name of its own a payment is booked under our transaction id: that is none."""
    money = "" if refund.payment_ref == attempt.merchant_tx_id else refund.payment_ref
    if is_page and attempt.provider_ref:
        return {"reference": attempt.provider_ref, "txreference": "" if money == attempt.provider_ref else money}
    return {"reference": attempt.provider_ref or money}


def _last_day(attempt: AttemptView) -> datetime.date:
    return timezone.localdate(attempt.expires_at or timezone.now() + datetime.timedelta(days=1))
