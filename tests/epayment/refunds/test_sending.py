"""What is sent to the provider, once, and what becomes of an answer that is lost."""

from __future__ import annotations

import datetime

from django.utils import timezone

from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable
from wagtail_epayment.flows import approve_refund, refundable_cents, refunds_due
from wagtail_epayment.flows.send_refund import poll_refund
from wagtail_epayment.models import EntryKind, EventKind, LedgerEntry, OutboxEvent, ProviderMessage, Refund, RefundState
from wagtail_epayment.providers.base import Capabilities
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider
from wagtail_epayment.state import OrderState, balance_cents, due_cents, order_state

from .conftest import ask, sent


def test_one_asks_another_approves_the_money_goes_back_once(bank, payment, order, clerk, chief):
    refund = ask(payment, clerk)
    assert refund.state == RefundState.REQUESTED
    refund = sent(approve_refund(refund, user=chief, reason="in Ordnung"))
    assert refund.state == RefundState.SUCCEEDED
    sent(refund)
    assert bank.keys == [str(refund.pk)]
    assert order_state(order) == OrderState.REFUNDED
    assert balance_cents(order) == due_cents(order) == 0
    assert OutboxEvent.objects.filter(kind=EventKind.REFUND_SUCCEEDED).count() == 1


def test_a_lost_answer_is_unknown_and_never_sent_again(bank, payment, order, clerk, chief):
    bank.answers = [ProviderUnavailable("silent")]
    refund = sent(approve_refund(ask(payment, clerk), user=chief))
    assert refund.state == RefundState.UNKNOWN
    for _ in range(3):
        Refund.objects.update(next_poll_at=timezone.now())
        refunds_due()
    assert len(bank.keys) == 1
    bank.answers = [RefundState.SUCCEEDED]
    Refund.objects.update(next_poll_at=timezone.now())
    refunds_due()
    assert len(bank.keys) == 1
    assert order_state(order) == OrderState.REFUNDED


def test_a_provider_that_knows_the_key_is_asked_again_with_the_same_key(bank, payment, clerk, chief, monkeypatch):
    can = Capabilities(refund=True, idempotent_refund=True)
    monkeypatch.setattr(SandboxProvider, "can", can)
    bank.answers = [ProviderUnavailable("silent"), RefundState.SUCCEEDED]
    refund = sent(approve_refund(ask(payment, clerk), user=chief))
    Refund.objects.update(next_poll_at=timezone.now())
    refunds_due()
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    assert bank.keys == [str(refund.pk)] * 2


def test_a_refusal_fails_frees_the_money_and_says_why(bank, payment, order, clerk, chief):
    bank.answers = [ProviderRefused("Konto geschlossen")]
    refund = sent(approve_refund(ask(payment, clerk), user=chief))
    assert (refund.state, refund.last_error) == (RefundState.FAILED, "Konto geschlossen")
    assert refundable_cents(payment) == 5750
    assert order_state(order) == OrderState.PAID
    assert OutboxEvent.objects.filter(kind=EventKind.REFUND_FAILED).count() == 1


def test_a_killed_process_leaves_a_refund_that_is_found_again(bank, payment, clerk, chief):
    refund = approve_refund(ask(payment, clerk), user=chief)
    Refund.objects.update(state=RefundState.SUBMITTING, next_poll_at=timezone.now())
    Refund.objects.update(updated_at=timezone.now() - datetime.timedelta(hours=1))
    bank.answers = [ProviderUnavailable("silent")]
    refunds_due()
    refund.refresh_from_db()
    assert (refund.state, bank.keys) == (RefundState.UNKNOWN, [])


def test_a_refund_that_comes_back_is_booked_back_and_may_work_after_all(bank, payment, order, clerk, chief):
    refund = sent(approve_refund(ask(payment, clerk), user=chief))
    for state, balance in [
        (RefundState.FAILED, 5750),
        (RefundState.FAILED, 5750),
        (RefundState.SUCCEEDED, 0),
        (RefundState.FAILED, 5750),
    ]:
        bank.answers = [state]
        Refund.objects.update(next_poll_at=timezone.now())
        if refund.state == RefundState.FAILED:
            poll_refund(Refund.objects.select_related("attempt", "payment").get())
        else:
            refunds_due()
        refund.refresh_from_db()
        assert balance_cents(order) == balance
    kinds = list(LedgerEntry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        EntryKind.PAYMENT,
        EntryKind.REFUND,
        EntryKind.REFUND_REVERSAL,
        EntryKind.REFUND,
        EntryKind.REFUND_REVERSAL,
    ]


def test_another_amount_than_ours_books_nothing(bank, payment, order, clerk, chief):
    bank.changes = {"amount_cents": 1}
    refund = sent(approve_refund(ask(payment, clerk), user=chief))
    assert refund.state == RefundState.SUBMITTING
    assert balance_cents(order) == 5750
    assert ProviderMessage.objects.exclude(discrepancy="").count() == 1
