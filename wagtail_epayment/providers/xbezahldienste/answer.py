"""A PaymentTransaction of XBezahldienste 1.0.0 as our words."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from ...errors import ProviderUnavailable
from ...models import AttemptState
from ..base import AttemptView, Redirect, Word
from .amounts import cents_of
from .options import is_safe_url

_STATES = {
    "INITIAL": AttemptState.PENDING,
    "PAYED": AttemptState.SUCCEEDED,
    "FAILED": AttemptState.FAILED,
    "CANCELED": AttemptState.CANCELLED,
}
_METHODS = {"GIROPAY", "PAYDIRECT", "CREDITCARD", "PAYPAL", "OTHER"}
_LONGEST_URL = 2082


def word_of(transaction: Mapping[str, Any], attempt: AttemptView) -> Word:
    """What a transaction says of the attempt. TLS to the operator's address proves it.

    Raises ProviderUnavailable if it is another's or incomplete: the poller asks again.
    """
    try:
        information, request = transaction["paymentInformation"], transaction["paymentRequest"]
        if request["requestId"] != attempt.merchant_tx_id:
            raise ValueError("another payment")
        return Word(
            merchant_tx_id=attempt.merchant_tx_id,
            provider_ref=_text(information["transactionId"]),
            # A status of a later version of the standard: neither money nor the end of it.
            state=_STATES.get(_text(information["status"]), AttemptState.UNKNOWN),
            amount_cents=cents_of(request["grosAmount"]),
            currency=_text(request.get("currency", "EUR")),
            is_verified=True,
            method=_method(information.get("paymentMethod")),
            occurred_at=_instant(information.get("transactionTimestamp")),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        # Without "from": the answer repeats the payer's name and address.
        raise ProviderUnavailable("The payment service's answer does not fit the payment.") from None


def redirect_of(transaction: Mapping[str, Any], attempt: AttemptView) -> Redirect:
    """Where the payer goes. Raises ProviderUnavailable if the operator began something else than we asked for."""
    word = word_of(transaction, attempt)
    url = transaction["paymentInformation"].get("transactionRedirectUrl")
    if (word.amount_cents, word.currency) != (attempt.amount_cents, attempt.currency):
        raise ProviderUnavailable("The payment service began a payment over another amount.")
    if not isinstance(url, str) or len(url) > _LONGEST_URL or not is_safe_url(url):
        raise ProviderUnavailable("The payment service gave no address to pay at.")
    return Redirect(provider_ref=word.provider_ref, url=url)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 120 or not value.isprintable():
        raise ValueError("not a short text")
    return value


def _method(value: Any) -> str:
    return value.lower() if value in _METHODS else ""


def _instant(value: Any) -> datetime.datetime | None:
    """None without a time zone: then the time of the answer counts."""
    try:
        instant = datetime.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return instant if instant.tzinfo else None
