"""Orders that are paid later close when the bank's statement has their money, and never by a guess."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from example_site.bank_statement import Booking, Part, Statement, credit
from tests.epayment.reconciliation.conftest import clock, line
from wagtail_epayment.errors import ContractNotUsable, DecisionNotPossible
from wagtail_epayment.flows import cancel_order, start_payment
from wagtail_epayment.flows.decide import decide
from wagtail_epayment.flows.import_report import import_file
from wagtail_epayment.flows.reconcile import reconcile_site
from wagtail_epayment.models import (
    AttemptState,
    DecisionKind,
    EntryKind,
    LedgerEntry,
    MatchClass,
    OutboxEvent,
    PaymentAttempt,
    PaymentOrder,
    ProviderMessage,
    Refund,
    RefundState,
    WhyOpen,
)
from wagtail_epayment.reconciliation.explain import explain_line
from wagtail_epayment.state import OrderState, balance_cents, order_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(town, transfers):
    order = town.order()
    PaymentOrder.objects.filter(pk=order.pk).update(created_at=datetime.datetime(2026, 11, 18, tzinfo=datetime.UTC))
    order.refresh_from_db()
    return order


@pytest.fixture
def clara(db):
    return get_user_model().objects.create_user("clara", password="x")


def statement(*credits, number="2026/224"):
    return Statement(list(credits), number=number).camt053()


def paid_by(order, cents=5750, *, ref="B1", text="", **fields):
    return credit(cents, ref=ref, text=text or f"Sperrgut KZ {order.reference} Danke", **fields)


def test_a_transfer_with_its_kassenzeichen_closes_the_order(town, order, django_capture_on_commit_callbacks):
    town.bank_says(statement(paid_by(order)))
    attempt, entry = order.attempts.get(), order.entries.get()
    assert (attempt.provider, attempt.state) == ("transfer", AttemptState.SUCCEEDED)
    assert (entry.kind, entry.amount_cents, order_state(order)) == (EntryKind.PAYMENT, 5750, OrderState.PAID)
    assert ProviderMessage.objects.get(attempt=attempt).source == "settlement"
    assert OutboxEvent.objects.filter(order=order, kind="order.paid").count() == 1
    told = line()
    assert (told.match, told.why, told.entry, told.attempt) == (MatchClass.BOOKED, "", entry, attempt)


def test_it_is_booked_on_the_day_the_bank_says_although_imported_later(town, order):
    with clock(datetime.datetime(2026, 11, 25, 8, tzinfo=datetime.UTC)):
        town.bank_says(statement(paid_by(order, day="2026-11-20")))
    assert timezone.localdate(order.entries.get().occurred_at) == datetime.date(2026, 11, 20)


def test_a_reference_broken_by_blanks_is_found(town, order):
    groups = " ".join(order.reference[start : start + 4] for start in range(0, 13, 4))
    town.bank_says(statement(paid_by(order, text=f"Gebuehr {groups}")))
    assert order_state(order) == OrderState.PAID


def test_the_same_statement_twice_books_once(town, order):
    for number in ("2026/224", "2026/224", "2026/225"):
        town.bank_says(statement(paid_by(order), number=number))
    assert (LedgerEntry.objects.count(), PaymentAttempt.objects.count()) == (1, 1)


def test_two_runs_at_once_make_one_payment(town, order, monkeypatch):
    """A second run that has read the line before the first one booked it."""
    from wagtail_epayment.flows import book_line as module

    town.bank_says(statement(paid_by(order)))
    stale = line()
    stale.why, stale.attempt, stale.entry = WhyOpen.TO_BOOK, None, None
    assert not module.book_line(stale)
    assert (LedgerEntry.objects.count(), line().why) == (1, "")


@pytest.mark.parametrize("cents", [5000, 6000])
def test_another_amount_is_shown_and_not_booked(town, order, cents):
    town.bank_says(statement(paid_by(order, cents)))
    assert (line().why, line().match, line().order) == (WhyOpen.NOT_WHAT_IS_DUE, MatchClass.AMOUNT_DIFFERS, order)
    assert not LedgerEntry.objects.exists()
    assert not PaymentAttempt.objects.exists()
    told = explain_line(line(), "amount_differs")
    assert order.reference in told.what
    assert told.next_step


def test_too_little_is_booked_if_a_person_says_so_and_the_rest_stays_due(town, order, clara):
    town.bank_says(statement(paid_by(order, 5000)))
    decide(line(), kind=DecisionKind.ASSIGN, reason="Rest kommt", user=clara, order=order)
    assert (balance_cents(order), order_state(order), line().why) == (5000, OrderState.OPEN, "")
    town.bank_says(statement(paid_by(order, 750, ref="B2"), number="2026/230"))
    assert order_state(PaymentOrder.objects.get(pk=order.pk)) == OrderState.PAID


def test_too_much_is_booked_if_a_person_says_so_and_a_refund_is_proposed(town, order, clara):
    town.bank_says(statement(paid_by(order, 6000)))
    decide(line(), kind=DecisionKind.ASSIGN, reason="Zu viel", user=clara, order=order)
    assert order_state(order) == OrderState.OVERPAID
    assert (Refund.objects.get().amount_cents, Refund.objects.get().state) == (250, RefundState.PROPOSED)


def test_a_second_transfer_for_a_paid_order_waits_for_a_person(town, order):
    town.bank_says(statement(paid_by(order), paid_by(order, ref="B2")))
    assert balance_cents(order) == 5750
    assert line(key__contains="B2").why == WhyOpen.NOTHING_DUE
    reconcile_site(town.site.pk)
    assert (LedgerEntry.objects.count(), line(key__contains="B2").why) == (1, WhyOpen.NOTHING_DUE)


def test_a_transfer_for_a_withdrawn_order_waits_for_a_person(town, order, clara):
    cancel_order(order)
    town.bank_says(statement(paid_by(order)))
    assert (line().why, LedgerEntry.objects.count()) == (WhyOpen.WITHDRAWN, 0)
    decide(line(), kind=DecisionKind.ASSIGN, reason="Trotzdem da", user=clara, order=order)
    assert (LedgerEntry.objects.count(), Refund.objects.get().amount_cents) == (1, 5750)


def test_two_orders_in_one_text_are_never_guessed(town, order):
    other = town.order()
    town.bank_says(statement(paid_by(order, 11500, text=f"{order.reference} und {other.reference}")))
    assert (line().why, LedgerEntry.objects.count()) == (WhyOpen.SEVERAL_ORDERS, 0)


def test_a_transfer_the_bank_takes_back_opens_the_order_again(town, order):
    town.bank_says(statement(paid_by(order)))
    back = Booking((Part(-5750, text=f"RUECKRUF {order.reference}", returned="AC03"),), ref="B9", day="2026-11-23")
    town.bank_says(statement(back, number="2026/226"))
    order = PaymentOrder.objects.get(pk=order.pk)
    assert (balance_cents(order), order_state(order)) == (0, OrderState.CHARGED_BACK)
    town.bank_says(statement(paid_by(order, ref="B10"), number="2026/227"))
    assert order_state(PaymentOrder.objects.get(pk=order.pk)) == OrderState.PAID


def test_who_gave_up_online_and_then_transfers_has_paid_by_transfer(town, order):
    online = town.attempt(order, state=AttemptState.CANCELLED)
    town.bank_says(statement(paid_by(order)))
    online.refresh_from_db()
    assert online.state == AttemptState.CANCELLED
    assert order.attempts.exclude(pk=online.pk).get().provider == "transfer"


def test_money_of_an_online_payment_under_way_stays_with_that_payment(town, order):
    online = town.attempt(order, state=AttemptState.PENDING)
    town.bank_says(statement(paid_by(order)))
    online.refresh_from_db()
    assert (online.state, order.attempts.count()) == (AttemptState.SUCCEEDED, 1)


def test_the_kassenzeichen_of_another_commune_means_nothing_here(town, transfers, other_site):
    from wagtail_epayment.flows import NewItem, create_order

    foreign = create_order(site=other_site, purpose="x", items=[NewItem(label="x", unit_cents=5750)])
    town.bank_says(statement(paid_by(foreign)))
    assert (line().order, LedgerEntry.objects.count()) == (None, 0)


def test_the_csv_of_an_online_bank_closes_orders_too(town, order):
    head = "Buchungstag;Verwendungszweck;Kundenreferenz (End-to-End);Betrag;Waehrung\n"
    row = f"20.11.26;Gebuehr {order.reference};;57,50;EUR\n"
    for _time in range(2):
        import_file(site=town.site, format_name="bank_csv", data=(head + row).encode(), user=None)
    assert (order_state(order), LedgerEntry.objects.count()) == (OrderState.PAID, 1)


def test_without_a_contract_for_transfers_everything_is_left_to_people(town, order, transfers, clara):
    transfers.delete()
    town.bank_says(statement(paid_by(order)))
    assert (line().why, LedgerEntry.objects.count()) == (WhyOpen.NO_ATTEMPT, 0)
    decide(line(), kind=DecisionKind.ASSIGN, reason="gehört dazu", user=clara, order=order)
    assert not LedgerEntry.objects.exists()


def test_no_reason_no_booking(town, order, clara):
    town.bank_says(statement(paid_by(order, 5000)))
    with pytest.raises(DecisionNotPossible):
        decide(line(), kind=DecisionKind.ASSIGN, reason=" ", user=clara, order=order)
    assert not LedgerEntry.objects.exists()


def test_nothing_can_be_begun_with_it(order, transfers):
    with pytest.raises(ContractNotUsable):
        start_payment(order=order, contract=transfers, urls=lambda attempt: None)
    assert not order.attempts.exists()


def test_many_credits_are_judged_in_as_many_queries_as_few(town, transfers, django_assert_max_num_queries):
    from wagtail_epayment.flows.transfer import judge_transfers
    from wagtail_epayment.models import SettlementLine

    orders = [town.order() for _ in range(12)]
    town.bank_says(statement(*[paid_by(each, 1, ref=f"B{n}") for n, each in enumerate(orders)]))
    lines = list(SettlementLine.objects.select_related("report"))
    with django_assert_max_num_queries(5):
        judge_transfers(lines)
    assert {each.why for each in lines} == {WhyOpen.NOT_WHAT_IS_DUE}
