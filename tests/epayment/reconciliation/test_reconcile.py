"""What only a report knows is booked from it, once, and never for the neighbour."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from example_site.bank_statement import Statement, credit
from tests.epayment.reconciliation.conftest import HEAD, Town, line, payment
from wagtail_epayment.flows import apply_message
from wagtail_epayment.flows import reconcile as reconcile_module
from wagtail_epayment.flows.inbox import store
from wagtail_epayment.flows.reconcile import reconcile_site
from wagtail_epayment.models import (
    AttemptState,
    LedgerEntry,
    MessageSource,
    PaymentContract,
    Refund,
    RefundState,
    SettlementLine,
    WhyOpen,
)
from wagtail_epayment.providers.base import ChargebackWord, RawMessage
from wagtail_epayment.state import OrderState, balance_cents, order_state

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "state", [AttemptState.FAILED, AttemptState.EXPIRED, AttemptState.UNKNOWN, AttemptState.STARTING]
)
def test_money_of_an_attempt_we_had_given_up_is_booked(town, state):
    attempt = town.attempt(state=state)
    town.reports(payment(attempt))
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.SUCCEEDED
    assert order_state(attempt.order) == OrderState.PAID


def test_the_notification_after_the_report_books_nothing_more(town):
    attempt = town.attempt()
    town.reports(payment(attempt))
    town.paid(attempt, payment_ref="tr_1")
    assert balance_cents(attempt.order) == 5750


def test_a_crash_between_report_and_booking_is_made_up_for_by_the_next_run(town, site, monkeypatch):
    attempt = town.attempt()

    def killed(line):
        raise KeyboardInterrupt

    monkeypatch.setattr(reconcile_module, "book_line", killed)
    with pytest.raises(KeyboardInterrupt):
        town.reports(payment(attempt))
    assert line().why == WhyOpen.TO_BOOK
    monkeypatch.undo()
    assert reconcile_site(site.pk) == 1
    assert (line().match, LedgerEntry.objects.count()) == ("booked", 1)
    assert reconcile_site(site.pk) == 0


def test_a_line_finds_its_payment_once_it_is_here(town):
    order = town.order()
    town.reports(f"t1;57.50;;{order.reference};20.11.2026;payment")
    assert line().why == WhyOpen.NO_ATTEMPT
    entry = town.paid(town.attempt(order))
    reconcile_site(town.site.pk)
    assert (line().match, line().entry) == ("matched", entry)


def test_refunds_made_here_and_outside_are_told_apart_and_booked_once(town):
    paid = town.paid(payment_ref="tr_1")
    ours = Refund.objects.create(
        order=paid.order,
        attempt=paid.attempt,
        payment=paid,
        amount_cents=1000,
        currency="EUR",
        state=RefundState.UNKNOWN,
    )
    tx = paid.attempt.merchant_tx_id
    rows = [f"r1;-10.00;{tx};;20.11.2026;refund", f"r2;-5.00;{tx};;20.11.2026;refund"]
    town.reports(*rows)
    town.reports(*rows, "x;1.00;;;20.11.2026;payment")
    ours.refresh_from_db()
    assert ours.state == RefundState.SUCCEEDED
    assert balance_cents(paid.order) == 4250
    assert Refund.objects.exclude(pk=ours.pk).get().cause == "outside"
    assert set(SettlementLine.objects.filter(kind="refund").values_list("match", flat=True)) == {"booked"}


def test_a_refund_the_books_know_already_is_matched(town):
    paid = town.paid()
    Refund.objects.create(
        order=paid.order,
        attempt=paid.attempt,
        payment=paid,
        amount_cents=1000,
        currency="EUR",
        state=RefundState.SUCCEEDED,
    )
    LedgerEntry.objects.create(
        order=paid.order, attempt=paid.attempt, kind="refund", amount_cents=-1000, currency="EUR", provider_ref="re_1",
        occurred_at=paid.occurred_at,
    )  # fmt: skip
    town.reports(f"r1;-10.00;{paid.attempt.merchant_tx_id};;20.11.2026;refund")
    assert line().match == "matched"
    assert balance_cents(paid.order) == 4750


def test_a_chargeback_reopens_the_order_and_a_refund_of_nothing_is_not_booked(town):
    paid, unpaid = town.paid(), town.attempt()
    town.reports(
        f"c1;-57.50;{paid.attempt.merchant_tx_id};;20.11.2026;chargeback",
        f"r1;-57.50;{unpaid.merchant_tx_id};;20.11.2026;refund",
    )
    assert order_state(paid.order) == OrderState.CHARGED_BACK
    assert line(kind="refund").why == WhyOpen.REFUSED
    assert not unpaid.entries.exists()


def test_fees_go_into_the_ledger_once_and_change_nothing_that_is_owed(town):
    paid = town.paid()
    row = f"f1;-0.35;{paid.attempt.merchant_tx_id};;20.11.2026;fee"
    town.reports(row)
    town.reports(row, "f2;-9.90;;;20.11.2026;fee")
    assert LedgerEntry.objects.get(kind="fee").amount_cents == -35
    assert balance_cents(paid.order) == 5750
    assert line(amount_cents=-990).match == "ignored"


def test_a_report_never_books_for_the_neighbouring_town(town, other_site):
    attempt = town.attempt()
    stranger = PaymentContract.objects.create(site=other_site, provider="sandbox", label="Neustadt")
    theirs = Town(other_site, stranger)
    theirs.reports(payment(attempt), f"t2;57.50;;{attempt.order.reference};20.11.2026;payment")
    theirs.bank_says(Statement([credit(5750, text=attempt.order.reference)]).camt053())
    assert not LedgerEntry.objects.exists()
    assert set(SettlementLine.objects.values_list("why", flat=True)) == {WhyOpen.NOT_FOUND, WhyOpen.NO_NAME}
    town.reports(payment(attempt))
    assert LedgerEntry.objects.count() == 1


def test_ten_thousand_lines_cost_a_bounded_number_of_questions(town, site):
    """The look-ups, not the inserts: how many rows fit into one of those is the database's matter."""
    known = [town.paid() for _ in range(3)]

    def questions(count, start):
        rows = [payment(entry.attempt, f"k{start}{place}") for place, entry in enumerate(known)]
        rows += [f"n{start}-{number};1.00;tx-{number};{number:013d};20.11.2026;payment" for number in range(count)]
        with CaptureQueriesContext(connection) as captured:
            town.reports(*rows)
        SettlementLine.objects.all().delete()
        return sum(query["sql"].lstrip().upper().startswith("SELECT") for query in captured)

    few, many = questions(10, "a"), questions(10_000, "b")
    assert few <= 45
    assert many <= few + 20


def test_a_report_may_tell_of_a_payment_and_all_that_followed_at_once(town):
    attempt = town.attempt()
    tx = attempt.merchant_tx_id
    town.reports(
        f"c1;-57.50;{tx};;22.11.2026;chargeback",
        f"r1;-10.00;{tx};;21.11.2026;refund",
        payment(attempt),
    )
    assert sorted(attempt.entries.values_list("kind", "amount_cents")) == [
        ("chargeback", -5750), ("payment", 5750), ("refund", -1000),
    ]  # fmt: skip
    assert not SettlementLine.objects.exclude(why="").exists()


@pytest.mark.parametrize("is_report_first", [True, False])
def test_a_chargebacks_fee_is_booked_once_whoever_tells_of_it_first(town, is_report_first):
    paid = town.paid(payment_ref="tr_1")
    tx = paid.attempt.merchant_tx_id
    rows = [f"f1;-3.50;{tx};;22.11.2026;fee;cb_1", f"c1;-57.50;{tx};;22.11.2026;chargeback;cb_1"]
    word = ChargebackWord(
        chargeback_ref="cb_1", is_reversal=False, amount_cents=5750, currency="EUR", is_verified=True, fee_cents=350,
        merchant_tx_id=tx, payment_ref="tr_1",
    )  # fmt: skip

    def message():
        raw = RawMessage(body=b"{}", headers={})
        apply_message(store(contract=town.contract, source=MessageSource.NOTIFY, raw=raw), word)

    def report():
        town.reports(*rows, head=HEAD.strip() + ";ref\n", column_provider_ref="ref")

    for told in [report, message] if is_report_first else [message, report]:
        told()
    booked = LedgerEntry.objects.exclude(kind="payment").order_by("kind").values_list("kind", "amount_cents")
    assert list(booked) == [("chargeback", -5750), ("fee", -350)]
    assert not SettlementLine.objects.filter(entry=None).exists()
