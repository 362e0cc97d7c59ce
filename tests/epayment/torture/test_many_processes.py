"""Many server processes reach for the same money at the same moment: each movement is booked once, nobody fails.

Real processes, each with its own connection, that begin on a common word (see ``victim.py``). Needs PostgreSQL: runs
through tests/postgres, or with DATABASE_URL set.
"""

from __future__ import annotations

import pytest
from django.db import connection

from wagtail_epayment.flows import refundable_cents
from wagtail_epayment.models import LedgerEntry, PaymentAttempt, ProviderMessage, Refund, RefundState
from wagtail_epayment.state import OrderState, order_state

from . import scenarios
from .books import booked, check_events, check_receipts, moved
from .conftest import contract_with
from .story import CENTS, Town, job, message, paid, requested

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("sqlite" in connection.settings_dict["ENGINE"], reason="SQLite writes one at a time anyway"),
]


@pytest.fixture(autouse=True)
def _without_deadlock():
    before = deadlocks()
    yield
    assert deadlocks() == before


def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def together(victims, jobs):
    """Every job in a process of its own, at once; what each returned."""
    results = victims.run(jobs, at_once=len(jobs), together=True)
    assert not [result["error"] for result in results if "error" in result]
    assert not any(result["killed"] for result in results)
    return [result["result"] for result in results]


def test_fifty_notifications_of_one_payment(town, bank, victims):
    tx_id = town.begun().merchant_tx_id
    bank.pay(tx_id)
    for _again in range(24):
        bank.tell_payment(tx_id)  # the same under another id
    jobs = [message(notification) for notification in bank.waiting]
    assert together(victims, jobs * 2) == [200] * 50
    (order,) = town.orders
    assert booked(order) == {("payment", CENTS): 1}
    assert ProviderMessage.objects.filter(processed_at__isnull=False).count() == 50
    check_receipts()
    check_events()


def test_fifty_notifications_of_fifty_payments(town, bank, victims):
    for _citizen in range(50):
        bank.pay(town.begun().merchant_tx_id)
    assert together(victims, [message(notification) for notification in bank.waiting]) == [200] * 50
    for order in town.orders:
        assert booked(order) == {("payment", CENTS): 1}
    check_receipts()
    check_events()


def test_notification_return_and_poller(town, bank, victims):
    jobs = []
    for _citizen in range(4):
        attempt = town.begun()
        bank.pay(attempt.merchant_tx_id)
        told = message(bank.waiting.pop())
        jobs += [told, job("back", token=attempt.return_token), job("poll", attempt=attempt.pk), told]
    together(victims, [*jobs, *[job("recover", minutes=3)] * 4])
    for order in town.orders:
        assert booked(order) == {("payment", CENTS): 1}
    check_receipts()
    check_events()


def test_success_and_failure_of_several_attempts_of_one_order(town, bank, site, victims):
    order = town.order()
    for contract in (town.contract, contract_with(site, bank, "oldbank")):
        scenarios.start(order.pk, contract.pk)
    for attempt in order.attempts.all():
        bank.end(attempt.merchant_tx_id, "failed")
        bank.pay(attempt.merchant_tx_id)
    assert set(together(victims, [message(notification) for notification in bank.waiting] * 5)) == {200}
    assert booked(order) == moved(bank, order) == {("payment", CENTS): 2}
    assert order_state(order) == OrderState.OVERPAID
    assert Refund.objects.get(state=RefundState.PROPOSED).amount_cents == CENTS


def test_a_refund_and_what_the_bank_says_of_it(town, bank, victims, people):
    clerk, officer = people
    bank.refund_state = "submitted"
    for _citizen in range(3):
        scenarios.approve(requested(paid(town, bank), clerk).pk, officer.pk)
    for refund in bank.refunds:
        bank.settle_refund(refund, "succeeded")
    told = [message(notification) for notification in bank.waiting] * 5
    sent = [job("submit", refund=refund.pk) for refund in Refund.objects.all()]
    together(victims, [*told, *sent, *[job("recover", minutes=3)] * 4])
    for order in town.orders:
        assert booked(order) == moved(bank, order) == {("payment", CENTS): 1, ("refund", -CENTS): 1}
    assert len(bank.refunds) == 3
    check_receipts()
    check_events()


def test_a_refund_sent_by_many_workers_at_a_bank_that_would_pay_it_each_time(site, old_bank, told, victims, people):
    clerk, officer = people
    town = Town(site, contract_with(site, old_bank, "oldbank"))
    refund = requested(paid(town, old_bank), clerk)
    Refund.objects.update(state=RefundState.APPROVED, decided_by=officer)
    together(victims, [*[job("submit", refund=refund.pk)] * 20, *[job("recover", minutes=3)] * 4])
    assert len(old_bank.refunds) == 1
    (order,) = town.orders
    assert booked(order) == {("payment", CENTS): 1, ("refund", -CENTS): 1}


def test_a_chargeback_while_the_officer_approves_a_refund(town, bank, victims, people):
    clerk, officer = people
    for _citizen in range(5):
        requested(paid(town, bank), clerk)
    jobs = []
    for payment in LedgerEntry.objects.select_related("attempt"):
        bank.charge_back(payment.attempt.merchant_tx_id, payment.provider_ref, CENTS)
        refund = Refund.objects.get(payment=payment)
        jobs += [message(bank.waiting.pop()), job("approve", refund=refund.pk, user=officer.pk)]
    together(victims, jobs)
    for order in town.orders:
        assert booked(order) == moved(bank, order)
        assert refundable_cents(LedgerEntry.objects.get(order=order, kind="payment")) == 0


def test_ten_clicks_begin_one_payment(town, bank, victims):
    order = town.order()
    results = together(victims, [job("start", order=order.pk, contract=town.contract.pk)] * 10)
    addresses = {result for result in results if result.startswith("http")}
    assert len(addresses) == 1
    assert set(results) <= addresses | {"AlreadyStarting"}
    assert PaymentAttempt.objects.count() == bank.count("POST payments") == 1
