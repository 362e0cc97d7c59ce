"""Rows as adapters may see them."""

from __future__ import annotations

import datetime

from .. import conf, statement
from ..models import OrderItem, PaymentAttempt, PaymentContract, Refund
from ..providers.base import AttemptView, ItemView, RefundView


def attempt_view(attempt: PaymentAttempt) -> AttemptView:
    order = attempt.order
    return AttemptView(
        merchant_tx_id=attempt.merchant_tx_id,
        provider_ref=attempt.provider_ref,
        amount_cents=attempt.amount_cents,
        currency=attempt.currency,
        purpose=booking_text(attempt),
        reference=order.reference,
        language=order.language,
        method=attempt.method,
        created_at=attempt.created_at,
        expires_at=attempt.created_at + datetime.timedelta(minutes=conf.get().EXPIRE_AFTER_MINUTES),
        items=tuple(_item_view(item) for item in order.items.all()),
        payer=order.payer,
        config=attempt.config,
    )


def refund_view(refund: Refund) -> RefundView:
    return RefundView(
        key=str(refund.pk),
        provider_ref=refund.provider_ref,
        payment_ref=refund.payment.provider_ref,
        amount_cents=refund.amount_cents,
        currency=refund.currency,
        purpose=booking_text(refund.attempt),
        submitted_at=refund.submitted_at,
    )


def booking_text(attempt: PaymentAttempt) -> str:
    """What stands on the payer's statement, as the contract wants it."""
    order = attempt.order
    return statement.filled(
        attempt.contract.booking_text,
        reference=order.reference,
        purpose=order.purpose,
        commune=order.site.site_name,
    )


def snapshot(contract: PaymentContract) -> dict[str, object]:
    """What the contract says now, without secrets; kept with the attempt."""
    return {"options": contract.options, "is_live": contract.is_live}


def _item_view(item: OrderItem) -> ItemView:
    return ItemView(
        label=item.label,
        quantity=item.quantity,
        unit_cents=item.unit_cents,
        tax_permille=item.tax_permille,
        posting_key=item.posting_key,
        booking_data=item.booking_data,
    )
