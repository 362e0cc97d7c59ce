"""Rows as adapters may see them."""

from __future__ import annotations

from ..models import PaymentAttempt
from ..providers.base import AttemptView


def attempt_view(attempt: PaymentAttempt) -> AttemptView:
    order = attempt.order
    return AttemptView(
        merchant_tx_id=attempt.merchant_tx_id,
        provider_ref=attempt.provider_ref,
        amount_cents=attempt.amount_cents,
        currency=attempt.currency,
        purpose=order.purpose,
        reference=order.reference,
        language=order.language,
    )
