"""A bank takes money back: the order is open again, the case hears of it, the fee is booked apart."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from wagtail_epayment.errors import ChargebackNotPossible
from wagtail_epayment.flows import record_chargeback, refundable_cents
from wagtail_epayment.models import (
    EntryKind,
    EventKind,
    LedgerEntry,
    MessageSource,
    OutboxEvent,
    PaymentAttempt,
    PaymentOrder,
    ProviderMessage,
    Receipt,
)
from wagtail_epayment.outbox import deliver_due
from wagtail_epayment.providers.base import ChargebackWord
from wagtail_epayment.state import OrderState, balance_cents, due_cents, order_state

from .refunds.conftest import tell


@pytest.fixture
def payment(under_way):
    assert under_way.says().status_code == 200
    return LedgerEntry.objects.get()


@pytest.fixture
def officer(db):
    return get_user_model().objects.create_user("kasse")


def dispute(payment, *, is_reversal=False, ref="dp_1", cents=5750, fee=0):
    return ChargebackWord(
        chargeback_ref=ref,
        is_reversal=is_reversal,
        amount_cents=cents,
        currency="EUR",
        is_verified=True,
        fee_cents=fee,
        payment_ref=payment.provider_ref,
        dedupe_key=f"{ref}{is_reversal}",
    )


def entered(payment, officer, **changes):
    fields = {
        "amount_cents": 5750,
        "fee_cents": 350,
        "reference": "KTO-2026-77",
        "occurred_on": datetime.date(2026, 11, 24),
        "reason": "Kontoauszug 212",
        "user": officer,
    }
    record_chargeback(payment=payment, **fields | changes)


def test_a_dispute_reopens_the_order_and_its_fee_stands_apart(under_way, payment, order):
    tell(under_way, dispute(payment, fee=1500))
    assert order_state(order) == OrderState.CHARGED_BACK
    assert (balance_cents(order), due_cents(order), refundable_cents(payment)) == (0, 5750, 0)
    assert LedgerEntry.objects.get(kind=EntryKind.FEE).amount_cents == -1500
    assert OutboxEvent.objects.filter(kind=EventKind.ORDER_REOPENED).count() == 1


def test_told_twice_it_is_one(under_way, payment, order):
    tell(under_way, dispute(payment, fee=1500))
    again = dispute(payment, fee=1500)
    tell(under_way, ChargebackWord(**{**{f: getattr(again, f) for f in again.__slots__}, "dedupe_key": "another"}))
    assert LedgerEntry.objects.count() == 3
    assert OutboxEvent.objects.filter(kind=EventKind.ORDER_REOPENED).count() == 1


def test_a_won_dispute_pays_the_order_again(under_way, payment, order):
    tell(under_way, dispute(payment))
    tell(under_way, dispute(payment, is_reversal=True))
    assert order_state(order) == OrderState.PAID
    assert OutboxEvent.objects.filter(kind=EventKind.ORDER_PAID).count() == 2


def test_what_comes_back_before_it_was_taken_waits(under_way, payment, order):
    message = tell(under_way, dispute(payment, is_reversal=True))
    assert (message.processed_at, balance_cents(order)) == (None, 5750)
    tell(under_way, dispute(payment))
    tell(under_way, dispute(payment, is_reversal=True))
    assert (order_state(order), balance_cents(order)) == (OrderState.PAID, 5750)


def test_no_more_comes_back_than_was_taken(under_way, payment, order):
    tell(under_way, dispute(payment, cents=1000))
    message = tell(under_way, dispute(payment, ref="dp_2", is_reversal=True))
    assert "More would be returned" in message.discrepancy
    assert balance_cents(order) == 4750


@pytest.mark.parametrize("cents", [0, 5751, -5750])
def test_another_sum_than_was_paid_is_not_booked(under_way, payment, order, cents):
    assert tell(under_way, dispute(payment, cents=cents)).discrepancy
    assert balance_cents(order) == 5750


def test_the_cash_office_enters_what_the_bank_statement_says(payment, order, officer):
    entered(payment, officer)
    assert order_state(order) == OrderState.CHARGED_BACK
    message = ProviderMessage.objects.get(source=MessageSource.HAND)
    assert "kasse" in message.raw
    assert "Kontoauszug 212" in message.raw


def test_entered_twice_it_is_booked_once(payment, order, officer):
    entered(payment, officer)
    entered(payment, officer)
    assert LedgerEntry.objects.filter(kind=EntryKind.CHARGEBACK).count() == 1


@pytest.mark.parametrize("change", [{"reason": " "}, {"reference": ""}, {"amount_cents": 9999}])
def test_without_reason_or_with_a_wrong_sum_nothing_is_booked(payment, order, officer, change):
    with pytest.raises(ChargebackNotPossible):
        entered(payment, officer, **change)
    assert order_state(order) == OrderState.PAID
    assert not ProviderMessage.objects.filter(source=MessageSource.HAND).exists()


def test_news_of_an_order_paid_again_by_a_won_dispute_reach_everybody(under_way, payment, order):
    """The money has its receipt already: no second one is made, and nobody waits for it."""
    tell(under_way, dispute(payment))
    tell(under_way, dispute(payment, is_reversal=True))
    assert deliver_due() == 3
    assert not OutboxEvent.objects.filter(delivered_at=None).exists()
    assert Receipt.objects.count() == 1


def test_the_same_chargeback_under_two_names_is_booked_once(under_way, payment, order, officer):
    """The provider tells of a dispute, and somebody reads of it on the bank statement as well."""
    tell(under_way, dispute(payment))
    with pytest.raises(ChargebackNotPossible, match=r"this payment|dieser Zahlung"):
        entered(payment, officer)
    message = tell(under_way, dispute(payment, ref="dp_2"))
    assert "than was paid" in message.discrepancy
    assert balance_cents(order) == 0


def test_a_return_that_overtakes_its_chargeback_is_booked_after_it(under_way, payment, order):
    """Even if there was another chargeback before."""
    tell(under_way, dispute(payment, ref="dp_1", cents=1000))
    assert tell(under_way, dispute(payment, ref="dp_2", cents=2000, is_reversal=True)).processed_at is None
    tell(under_way, dispute(payment, ref="dp_2", cents=2000))
    tell(under_way, dispute(payment, ref="dp_2", cents=2000, is_reversal=True))
    assert balance_cents(order) == 5750 - 1000


def test_a_second_dispute_that_overtakes_the_return_of_the_first_waits_for_it(under_way, payment, order):
    tell(under_way, dispute(payment, ref="dp_1"))
    assert tell(under_way, dispute(payment, ref="dp_2")).processed_at is None
    tell(under_way, dispute(payment, ref="dp_1", is_reversal=True))
    tell(under_way, dispute(payment, ref="dp_2"))
    assert balance_cents(order) == 0
    assert order_state(order) == OrderState.CHARGED_BACK


def test_a_long_reference_is_no_reason_to_take_the_return_for_the_chargeback(payment, order, officer):
    entered(payment, officer, reference="RLS " + "4711" * 25, fee_cents=0)
    entered(payment, officer, reference="RLS " + "4711" * 25, fee_cents=0, is_reversal=True)
    assert (order_state(order), balance_cents(order)) == (OrderState.PAID, 5750)


def test_it_happened_on_the_day_of_the_statement(payment, order, officer):
    day = timezone.localdate() - datetime.timedelta(days=3)
    for rows in (PaymentOrder, PaymentAttempt):
        rows.objects.update(created_at=timezone.now() - datetime.timedelta(days=9))
    entered(payment, officer, occurred_on=day)
    days = {timezone.localdate(entry.occurred_at) for entry in order.entries.exclude(kind=EntryKind.PAYMENT)}
    assert days == {day}
