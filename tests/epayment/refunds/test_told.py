"""What the provider tells of refunds: its own, too early, in the wrong order."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from wagtail_epayment.flows import approve_refund
from wagtail_epayment.models import ProviderMessage, Refund, RefundCause, RefundState
from wagtail_epayment.providers.base import RefundWord
from wagtail_epayment.state import OrderState, balance_cents, order_state

from .conftest import ask, sent, tell


def test_a_refund_made_at_the_provider_is_booked_and_shown(bank, under_way, payment, order):
    word = RefundWord(
        state=RefundState.SUCCEEDED,
        amount_cents=1000,
        currency="EUR",
        is_verified=True,
        refund_ref="re_outside",
        payment_ref=payment.provider_ref,
        dedupe_key="e1",
    )
    tell(under_way, word)
    tell(under_way, word)
    assert Refund.objects.get().cause == RefundCause.OUTSIDE
    assert balance_cents(order) == 4750
    assert ProviderMessage.objects.filter(discrepancy__contains="not here").count() == 1


def test_a_refund_told_of_before_its_payment_waits_for_it(bank, under_way, order):
    word = RefundWord(
        state=RefundState.SUCCEEDED,
        amount_cents=5750,
        currency="EUR",
        is_verified=True,
        refund_ref="re_1",
        merchant_tx_id=under_way.attempt.merchant_tx_id,
        dedupe_key="e1",
    )
    assert tell(under_way, word).processed_at is None
    under_way.says()
    assert tell(under_way, word).processed_at is not None
    assert order_state(order) == OrderState.REFUNDED


@pytest.mark.parametrize("told_first", ["failed", "succeeded"])
def test_what_is_told_of_a_refund_in_the_wrong_order_books_nothing_in_between(
    bank, under_way, payment, order, clerk, chief, told_first
):
    bank.answers = [RefundState.SUBMITTED]
    refund = sent(approve_refund(ask(payment, clerk), user=chief))
    now = timezone.now()
    told_then = "succeeded" if told_first == "failed" else "failed"
    for state, minutes in ((told_first, 2), (told_then, 1)):
        word = RefundWord(
            state=RefundState(state),
            amount_cents=refund.amount_cents,
            currency="EUR",
            is_verified=True,
            refund_ref=refund.provider_ref,
            refund_key=str(refund.pk),
            merchant_tx_id=under_way.attempt.merchant_tx_id,
            dedupe_key=state,
            occurred_at=now + datetime.timedelta(minutes=minutes),
        )
        assert tell(under_way, word).discrepancy == ""
    refund.refresh_from_db()
    assert refund.state == told_first
    assert order.entries.exclude(kind="payment").count() == (1 if told_first == "succeeded" else 0)
