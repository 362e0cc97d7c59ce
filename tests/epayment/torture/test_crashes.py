"""The server is killed at every boundary it crosses, restarted, and runs its poller: the books equal the bank's.

Each scenario runs in a real process that kills itself by SIGKILL at its 1st, 2nd, 3rd … boundary, with an order of its
own for each death, until one gets through (see ``victim.py``). Then days pass in which the server does what it does
every minute, and every order is compared with what the provider knows. Needs PostgreSQL: runs through tests/postgres,
or with DATABASE_URL set; with TORTURE_EVERY_STATEMENT=1 every scenario dies at every statement, which takes minutes.
"""

from __future__ import annotations

import itertools
import os

import pytest
from django.db import connection

from tests.fakes.girocheckout import FakeGiroCheckout
from wagtail_epayment.flows import confirm_by_hand
from wagtail_epayment.models import LedgerEntry, Refund, RefundState
from wagtail_epayment.state import OrderState, order_state

from . import scenarios
from .books import booked, check_ended, check_events, check_invariants, check_receipts, giro_moved, moved
from .conftest import contract_with, giro_contract
from .story import CENTS, Town, job, message, paid, requested

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("sqlite" in connection.settings_dict["ENGINE"], reason="the claim is about PostgreSQL"),
]

_BATCH = 6
#: Everywhere, or only where money is begun, told of and given back; elsewhere at every effect (see ``victim.py``).
EVERY_STATEMENT = bool(os.environ.get("TORTURE_EVERY_STATEMENT"))
LATER = (2, 20, 180, 25 * 60, 49 * 60)


def die_everywhere(victims, prepare, *, most=400, every_statement=EVERY_STATEMENT):
    """Prepare a job for every boundary and let it die there; returns how many boundaries there were."""
    for first in itertools.count(1, _BATCH):
        assert first < most, "It never gets through."
        numbers = range(first, first + _BATCH)
        jobs = [{**prepare(number), "kill_at": number, "only_effects": not every_statement} for number in numbers]
        results = victims.run(jobs)
        assert not [result["error"] for result in results if "error" in result]
        if survived := [result["crossed"] for result in results if not result["killed"]]:
            return max(survived)
    raise AssertionError


def recover(victims, *, again=LATER):
    for minutes in again:
        (result,) = victims.run([job("recover", minutes=minutes)])
        assert "error" not in result, result["error"]
    check_invariants()


def test_pressing_pay(town, bank, victims):
    def pressed(number):
        return job("start", order=town.order().pk, contract=town.contract.pk)

    points = die_everywhere(victims, pressed, every_statement=True)
    assert points > 10
    recover(victims)
    check_ended()
    for order in town.orders:
        # Nobody had an address to pay at, so the citizen presses again, and pays.
        scenarios.start(order.pk, town.contract.pk)
        bank.pay(order.attempts.first().merchant_tx_id, is_told=False)
    recover(victims)
    for order in town.orders:
        assert booked(order) == moved(bank, order) == {("payment", CENTS): 1}
    check_receipts()
    check_events()


@pytest.mark.parametrize("is_repeated", [True, False], ids=["told again", "told once"])
def test_a_notification(town, bank, victims, is_repeated):
    again = []

    def paid(number):
        bank.pay(town.begun().merchant_tx_id)
        notification = bank.waiting.pop()
        again.append(message(notification))
        return message(notification)

    points = die_everywhere(victims, paid, every_statement=is_repeated or EVERY_STATEMENT)
    assert points > (25 if is_repeated else 5)
    if is_repeated:
        assert all(result["result"] == 200 for result in victims.run(again))
    recover(victims)
    for order in town.orders:
        assert booked(order) == moved(bank, order) == {("payment", CENTS): 1}
        assert order_state(order) == OrderState.PAID
    check_ended()
    check_receipts()
    check_events()


def test_money_that_was_told_too_late_and_is_asked_for(town, bank, victims):
    def late(number):
        attempt = town.begun()
        bank.end(attempt.merchant_tx_id, "failed")
        town_says = victims.run([message(bank.waiting.pop())])
        assert town_says[0]["result"] == 200
        bank.pay(attempt.merchant_tx_id, is_told=False)
        return job("poll", attempt=attempt.pk)

    assert die_everywhere(victims, late) >= 5
    recover(victims)
    for order in town.orders:
        assert booked(order) == moved(bank, order) == {("payment", CENTS): 1}
    check_receipts()
    check_events()


def test_coming_back_from_the_bank(town, bank, victims):
    def returning(number):
        attempt = town.begun()
        bank.pay(attempt.merchant_tx_id, is_told=False)
        return job("back", token=attempt.return_token)

    assert die_everywhere(victims, returning) >= 5
    recover(victims)
    for order in town.orders:
        assert booked(order) == moved(bank, order) == {("payment", CENTS): 1}
    check_ended()
    check_receipts()
    check_events()


@pytest.mark.parametrize("ends", ["succeeded", "submitted"], ids=["at once", "days later"])
def test_a_refund_at_a_bank_that_recognises_it(town, bank, victims, people, ends):
    clerk, officer = people
    bank.refund_state = ends

    def approved(number):
        refund = requested(paid(town, bank), clerk, 1250)
        return job("approve", refund=refund.pk, user=officer.pk)

    assert die_everywhere(victims, approved) >= 5
    waiting = [(refund.pk,) for refund in Refund.objects.filter(state=RefundState.REQUESTED)]
    assert 0 < len(waiting) < len(town.orders)
    for (pk,) in waiting:  # The officer's click was lost: once more.
        scenarios.approve(pk, officer.pk)
    recover(victims, again=LATER[:2])
    for refund in bank.refunds:
        bank.settle_refund(refund, "succeeded")
    recover(victims)
    assert len(bank.refunds) == len(town.orders)
    for order in town.orders:
        assert booked(order) == moved(bank, order) == {("payment", CENTS): 1, ("refund", -1250): 1}
    check_receipts()
    check_events()


def test_a_refund_at_giro_checkout_is_never_sent_twice(site, told, victims, people):
    clerk, officer = people
    with FakeGiroCheckout() as giro:
        town = Town(site, giro_contract(site, giro))

        def approved(number):
            refund = requested(paid_by_card(town, giro), clerk)
            return job("approve", refund=refund.pk, user=officer.pk)

        assert die_everywhere(victims, approved, every_statement=True) > 25
        for refund in Refund.objects.filter(state=RefundState.REQUESTED):
            scenarios.approve(refund.pk, officer.pk)
        recover(victims)
        sent = [t for t in giro.transactions if t.kind == "REFUND"]
        assert len({t.parent.reference for t in sent}) == len(sent)
        lost = list(Refund.objects.filter(state=RefundState.UNKNOWN))
        assert lost
        assert set(Refund.objects.values_list("state", flat=True)) == {RefundState.UNKNOWN, RefundState.SUCCEEDED}
        for order in town.orders:
            if order.pk not in {refund.order_id for refund in lost}:
                assert booked(order) == giro_moved(giro, order)
        for refund in lost:
            # Somebody looks into GiroCockpit.
            went = bool(giro_moved(giro, refund.order).get(("refund", -CENTS)))
            confirm_by_hand(refund, user=officer, reference="GiroCockpit", succeeded=went, reason="nachgesehen")
        recover(victims, again=LATER[:1])
        for order in town.orders:
            assert booked(order) == giro_moved(giro, order)
        assert len({t.parent.reference for t in giro.transactions if t.kind == "REFUND"}) == len(sent)
    check_receipts()
    check_events()


def paid_by_card(town, giro):
    order = town.order()
    scenarios.start(order.pk, town.contract.pk, "card")
    attempt = order.attempts.get()
    giro.payer_pays(attempt.merchant_tx_id)
    giro.lose()
    scenarios.poll(attempt.pk)
    return order


def test_a_chargeback(town, bank, victims):
    again = []

    def taken_back(number):
        order = paid(town, bank)
        payment = LedgerEntry.objects.get(order=order)
        bank.charge_back(payment.attempt.merchant_tx_id, payment.provider_ref, CENTS)
        again.append(message(bank.waiting.pop()))
        return again[-1]

    assert die_everywhere(victims, taken_back) >= 5
    assert all(result["result"] == 200 for result in victims.run(again))
    recover(victims)
    for order in town.orders:
        assert booked(order) == moved(bank, order) == {("payment", CENTS): 1, ("chargeback", -CENTS): 1}
        assert order_state(order) == OrderState.CHARGED_BACK
    check_receipts()
    check_events()


def test_telling_others(town, bank, victims, nobody_works):
    def untold(number):
        return job("deliver", order=paid(town, bank).pk)

    assert die_everywhere(victims, untold, every_statement=True) > 10
    recover(victims)
    check_receipts()
    check_events()


def test_taking_in_a_report_that_alone_knows_of_the_money(site, home, bank, told, victims):
    towns, reports = [], []

    def reported(number):
        # Each report in a town of its own: an import compares everything that is open in its town.
        there = site.__class__.objects.create(hostname=f"stadt-{number}.test", root_page=home, site_name="Stadt")
        town = Town(there, contract_with(there, bank))
        attempt = town.begun()
        towns.append(town)
        bank.pay(attempt.merchant_tx_id, is_told=False)
        line = f"{number},57.50,{attempt.merchant_tx_id},{attempt.order.reference},2026-11-20,payment"
        text = f"id,amount,merchant_tx_id,reference,date,kind\n{line}\n"
        reports.append(job("settle", contract=town.contract.pk, text=text))
        return reports[-1]

    assert die_everywhere(victims, reported) >= 5
    assert not [result["error"] for result in victims.run(reports) if "error" in result]
    for town in towns:
        (order,) = town.orders
        assert booked(order) == {("payment", CENTS): 1}
        assert set(town.site.settlement_reports.values_list("lines__why", flat=True)) == {""}
    recover(victims)
    for town in towns:
        assert booked(town.orders[0]) == moved(bank, town.orders[0])
    check_receipts()
    check_events()


def test_a_server_that_dies_again_and_again_while_it_recovers(town, bank, victims, people):
    clerk, officer = people
    jobs = []
    for number in range(1, 5):
        bank.pay(town.begun().merchant_tx_id)
        jobs.append({**message(bank.waiting.pop()), "kill_at": 6 * number})
        bank.pay(town.begun().merchant_tx_id, is_told=False)
        refund = requested(paid(town, bank), clerk, 1250)
        jobs.append({**job("approve", refund=refund.pk, user=officer.pk), "kill_at": 12 + 4 * number})
    assert all(result["killed"] for result in victims.run(jobs))
    for kill_at in itertools.count(1, 6):
        (result,) = victims.run([{**job("recover", minutes=kill_at), "kill_at": kill_at}])
        assert "error" not in result, result["error"]
        if not result["killed"]:
            break
    assert kill_at > 50
    recover(victims)
    for order in town.orders:
        assert booked(order) == moved(bank, order)
        assert booked(order)["payment", CENTS] == 1
    assert len({refund.key for refund in bank.refunds}) == len(bank.refunds) == 4
    check_ended()
    check_receipts()
    check_events()
