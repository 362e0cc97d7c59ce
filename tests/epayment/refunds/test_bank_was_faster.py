"""The payer's bank takes the payment back while a refund is being asked for, approved or about to be sent."""

from __future__ import annotations

import pytest
from django.utils import timezone

from wagtail_epayment.errors import ProviderUnavailable, RefundNotPossible
from wagtail_epayment.flows import approve_refund, record_chargeback, refundable_cents, refunds_due, reject_refund
from wagtail_epayment.models import EventKind, OutboxEvent, Refund, RefundState
from wagtail_epayment.state import balance_cents

from .conftest import ask, sent


def takes_back(payment, user, cents=5750):
    today = timezone.localdate()
    record_chargeback(
        payment=payment, amount_cents=cents, reference="R-1", occurred_on=today, reason="Auszug 7", user=user
    )


def test_what_the_bank_took_back_meanwhile_is_not_approved_but_can_be_rejected(bank, payment, order, clerk, chief):
    refund = ask(payment, clerk)
    takes_back(payment, clerk)
    with pytest.raises(RefundNotPossible):
        approve_refund(refund, user=chief)
    assert reject_refund(refund, user=chief, reason="Die Bank war schneller").state == RefundState.REJECTED
    assert (bank.keys, balance_cents(order)) == ([], 0)


def test_one_that_was_approved_is_not_sent_any_more_and_says_why(bank, payment, order, clerk, chief):
    refund = approve_refund(ask(payment, clerk), user=chief)
    takes_back(payment, clerk)
    refund = sent(refund)
    assert (refund.state, bank.keys, balance_cents(order)) == (RefundState.FAILED, [], 0)
    assert refund.last_error
    assert refund.next_poll_at is None
    assert OutboxEvent.objects.filter(kind=EventKind.REFUND_FAILED).count() == 1


def test_the_rest_that_is_still_there_can_go_back(bank, payment, order, clerk, chief):
    refund = approve_refund(ask(payment, clerk, 2000), user=chief)
    takes_back(payment, clerk, 3000)
    assert refundable_cents(payment) == 750
    assert sent(refund).state == RefundState.SUCCEEDED
    assert balance_cents(order) == 750


def test_of_two_that_are_too_much_together_one_fails_and_the_other_goes(bank, payment, order, clerk, chief):
    refunds = [approve_refund(ask(payment, clerk, cents), user=chief) for cents in (3000, 2750)]
    takes_back(payment, clerk, 2000)
    assert [sent(refund).state for refund in refunds] == [RefundState.FAILED, RefundState.SUCCEEDED]
    assert balance_cents(order) == 1000


def test_whether_it_was_sent_is_asked_even_if_the_bank_took_the_payment_back(bank, payment, order, clerk, chief):
    bank.answers = [ProviderUnavailable("silent"), RefundState.SUCCEEDED]
    refund = sent(approve_refund(ask(payment, clerk), user=chief))
    takes_back(payment, clerk)
    Refund.objects.update(next_poll_at=timezone.now())
    refunds_due()
    refund.refresh_from_db()
    assert (refund.state, balance_cents(order)) == (RefundState.SUCCEEDED, -5750)


def test_a_chargeback_that_was_undone_leaves_the_refund_possible(bank, payment, order, clerk, chief):
    refund = ask(payment, clerk)
    takes_back(payment, clerk)
    record_chargeback(
        payment=payment, amount_cents=5750, reference="R-1", occurred_on=timezone.localdate(), reason="Auszug 8",
        user=clerk, is_reversal=True,
    )  # fmt: skip
    assert sent(approve_refund(refund, user=chief)).state == RefundState.SUCCEEDED
