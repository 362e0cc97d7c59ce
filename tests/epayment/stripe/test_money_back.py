"""Refunds, disputes and payouts from end to end: Stripe's books and ours agree, whatever is lost or told twice."""

from __future__ import annotations

import itertools

import pytest
from django.contrib.auth import get_user_model

from tests.fakes.server import Fault
from wagtail_epayment.flows import (
    approve_refund,
    poll_attempt,
    process_left_over,
    refunds_due,
    request_refund,
    start_payment,
)
from wagtail_epayment.flows.fetch_reports import fetch_all_reports
from wagtail_epayment.models import (
    EntryKind,
    LedgerEntry,
    LineKind,
    ProviderMessage,
    Refund,
    RefundCause,
    RefundState,
    SettlementLine,
    SettlementReport,
)
from wagtail_epayment.providers.base import ReturnUrls
from wagtail_epayment.state import OrderState, due_cents, order_state

pytestmark = pytest.mark.django_db

REFUND = "POST /v1/refunds"


@pytest.fixture
def attempt(order, contract, bank):
    """Begun at Stripe; its events come to our door."""
    urls = ReturnUrls(back="http://testserver/", notify="http://testserver/melden/")
    start_payment(order=order, contract=contract, urls=lambda attempt: urls)
    return order.attempts.get()


@pytest.fixture
def tells(bank, contract, client):
    """Stripe's events arrive, in an order of our choice; those already told are told no more."""

    def deliver(order=None):
        events, bank.events = bank.events, []
        for event in order(events) if order else events:
            notice = bank.notice(event)
            answer = client.post(
                f"/zahlung/melden/stripe/{contract.pk}/",
                notice.body,
                content_type="application/json",
                headers={"Stripe-Signature": notice.headers["Stripe-Signature"]},
            )
            assert answer.status_code == 200
        ProviderMessage.objects.filter(processed_at=None).update(received_at="2026-11-24T00:00Z")
        process_left_over()

    return deliver


@pytest.fixture
def payment(attempt, bank, tells):
    bank.payer_pays(attempt.merchant_tx_id)
    tells()
    return LedgerEntry.objects.get()


@pytest.fixture
def give_back(django_capture_on_commit_callbacks):
    users = [get_user_model().objects.create(username=name) for name in ("asks", "approves")]

    def by_two(payment, cents):
        refund = request_refund(
            payment=payment, amount_cents=cents, believed_cents=5750, reason="Fehlbuchung", user=users[0]
        )
        with django_capture_on_commit_callbacks(execute=True):
            approve_refund(refund, user=users[1])
        return Refund.objects.get(pk=refund.pk)

    return by_two


def comes_round(refund):
    """Time passes until the refund is due again."""
    Refund.objects.filter(pk=refund.pk).update(next_poll_at="2020-01-01T00:00Z", updated_at="2020-01-01T00:00Z")
    refunds_due()
    return Refund.objects.get(pk=refund.pk)


def reads():
    """We ask Stripe for its payouts, and compare."""
    [fetched] = fetch_all_reports()
    return fetched


def sums():
    return {
        kind: sum(LedgerEntry.objects.filter(kind=kind).values_list("amount_cents", flat=True))
        for kind in LedgerEntry.objects.values_list("kind", flat=True)
    }


def balance():
    return sum(cents for kind, cents in sums().items() if kind != EntryKind.FEE)


def agrees(bank, attempt):
    tx_id = attempt.merchant_tx_id
    return balance() == bank.received_cents()[tx_id] - bank.refunded_cents().get(tx_id, 0)


@pytest.mark.parametrize("cents", [1250, 5750])
@pytest.mark.parametrize("waits", [True, False])
def test_money_goes_back_whoever_tells_first(bank, attempt, payment, give_back, tells, cents, waits):
    bank.refunds_wait = waits
    refund = give_back(payment, cents)
    assert refund.state == (RefundState.SUBMITTED if waits else RefundState.SUCCEEDED)
    if waits:
        bank.refund_ends(bank.refunds_of(attempt.merchant_tx_id)[0])
    tells()
    assert Refund.objects.get().state == RefundState.SUCCEEDED
    assert agrees(bank, attempt)


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.DROP_BEFORE, Fault.ERROR_AFTER, Fault.ERROR_BEFORE])
@pytest.mark.parametrize("hours", [0, 30])
def test_a_lost_answer_gives_money_back_once(bank, attempt, payment, give_back, fault, hours):
    bank.will(REFUND, fault)
    refund = give_back(payment, 1250)
    assert refund.state == RefundState.UNKNOWN
    bank.time_passes(hours=hours)
    Refund.objects.update(submitted_at="2026-11-24T00:00Z")
    refund = comes_round(refund)
    assert refund.state == RefundState.SUCCEEDED
    assert bank.refunded_cents() == {attempt.merchant_tx_id: 1250}
    assert agrees(bank, attempt)


def test_a_refund_that_comes_back_is_reversed(bank, attempt, payment, give_back, tells):
    refund = give_back(payment, 1250)
    tells()
    bank.refund_ends(bank.refunds_of(attempt.merchant_tx_id)[0], "failed")
    tells()
    assert sums() == {EntryKind.PAYMENT: 5750, EntryKind.REFUND: -1250, EntryKind.REFUND_REVERSAL: 1250}
    assert Refund.objects.get(pk=refund.pk).state == RefundState.FAILED
    assert agrees(bank, attempt)


def test_news_of_a_refund_in_the_wrong_order_are_put_right_by_asking(bank, attempt, payment, give_back, tells):
    bank.refunds_wait = True
    refund = give_back(payment, 1250)
    made = bank.refunds_of(attempt.merchant_tx_id)[0]
    bank.refund_ends(made)
    bank.refund_ends(made, "failed")
    tells(reversed)
    assert comes_round(refund).state == RefundState.FAILED
    assert agrees(bank, attempt)


def test_a_refund_made_in_the_dashboard_is_booked(bank, attempt, payment, tells):
    bank.refund_by_hand(attempt.merchant_tx_id, 2000)
    tells()
    refund = Refund.objects.get()
    assert (refund.cause, refund.state, refund.amount_cents) == (RefundCause.OUTSIDE, RefundState.SUCCEEDED, 2000)
    assert agrees(bank, attempt)


def test_the_dashboard_and_a_clerk_at_once_give_no_more_than_there_is(bank, attempt, payment, give_back, tells):
    bank.refund_by_hand(attempt.merchant_tx_id, 5000)
    assert give_back(payment, 5750).state == RefundState.FAILED
    tells()
    assert agrees(bank, attempt)


def test_a_dispute_reopens_the_order_once_and_its_fee_stands_apart(bank, attempt, payment, order, tells):
    bank.bank_takes_back(attempt.merchant_tx_id)
    tells()
    assert sums() == {EntryKind.PAYMENT: 5750, EntryKind.CHARGEBACK: -5750, EntryKind.FEE: -2000}
    assert (order_state(order), due_cents(order)) == (OrderState.CHARGED_BACK, 5750)
    assert agrees(bank, attempt)


def test_a_lost_dispute_changes_nothing_more(bank, attempt, payment, tells):
    dispute = bank.bank_takes_back(attempt.merchant_tx_id)
    tells()
    before = sums()
    bank.bank_keeps(dispute)
    tells()
    assert sums() == before


@pytest.mark.parametrize("order_of", list(itertools.permutations(range(4))), ids=str)
def test_a_dispute_that_is_won_in_every_order_ends_paid(bank, attempt, payment, order, tells, order_of):
    bank.bank_returns(bank.bank_takes_back(attempt.merchant_tx_id))
    tells(lambda events: [events[place] for place in order_of])
    assert sums() == {
        EntryKind.PAYMENT: 5750,
        EntryKind.CHARGEBACK: -5750,
        EntryKind.FEE: -2000,
        EntryKind.CHARGEBACK_REVERSAL: 5750,
    }
    assert order_state(order) == OrderState.PAID
    assert agrees(bank, attempt)


def test_refunds_of_strangers_on_the_account_wait_and_disturb_nobody(bank, attempt, payment, tells):
    stranger = bank.stranger_pays(9900)
    bank.refund_by_hand(stranger["client_reference_id"], 9900)
    tells()
    [waiting] = ProviderMessage.objects.filter(processed_at=None)
    assert waiting.is_verified
    assert sums() == {EntryKind.PAYMENT: 5750}


def test_an_inquiry_changes_nothing(bank, attempt, payment, order, tells):
    bank.bank_asks(attempt.merchant_tx_id)
    tells()
    assert order_state(order) == OrderState.PAID


def eventful(bank, attempt, payment, give_back, tells):
    """Everything that can happen to a payment, and what others do on the same account."""
    give_back(payment, 1250)
    bank.refund_ends(bank.refunds_of(attempt.merchant_tx_id)[0], "failed")
    bank.refund_by_hand(attempt.merchant_tx_id, 750)
    bank.stranger_pays(9900)
    bank.charges_monthly_fee(900)
    bank.bank_returns(bank.bank_takes_back(attempt.merchant_tx_id))


@pytest.mark.parametrize("page", [100, 2])
def test_a_payout_is_explained_to_the_last_cent(bank, contract, attempt, payment, give_back, tells, page):
    eventful(bank, attempt, payment, give_back, tells)
    tells()
    bank.page = page
    payout = bank.pays_out()
    fetched = reads()
    assert (fetched.error, fetched.reports) == ("", 1)
    report = SettlementReport.objects.get()
    assert (report.reference, report.total_cents, report.lines_cents) == (payout["id"], 0, 0)
    assert report.lines.get(kind=LineKind.PAYOUT).amount_cents == -payout["amount"]
    assert list(report.lines.exclude(why="").values_list("kind", "why")) == []
    assert sums()[EntryKind.FEE] == -(111 + 2000)
    assert agrees(bank, attempt)


def test_a_payout_tells_what_no_webhook_told(bank, contract, attempt, order, tells):
    bank.payer_pays(attempt.merchant_tx_id)
    bank.refund_by_hand(attempt.merchant_tx_id, 750)
    bank.bank_takes_back(attempt.merchant_tx_id)
    lost, bank.events = bank.events, []
    bank.pays_out()
    assert reads().error == ""
    reads()
    booked = sums()
    assert booked[EntryKind.PAYMENT] == 5750
    assert booked[EntryKind.FEE] == -(111 + 2000)
    bank.events = lost
    tells()
    assert sums() == booked
    assert agrees(bank, attempt)


def test_a_payout_is_read_once_it_is_complete_and_then_once(bank, contract, payment):
    payout = bank.pays_out(is_told=False)
    assert reads().reports == 0
    payout["reconciliation_status"] = "completed"
    assert reads().new_lines == 3
    assert reads().reports == 0
    assert SettlementLine.objects.count() == 3


def test_of_a_payout_made_by_hand_only_the_sum_is_told(bank, contract, payment):
    payout = bank.pays_out(is_automatic=False)
    assert reads().error == ""
    line = SettlementLine.objects.get()
    assert (line.kind, line.amount_cents) == (LineKind.PAYOUT, -payout["amount"])


def test_a_silent_stripe_leaves_the_reports_for_later(bank, contract, payment):
    bank.pays_out()
    bank.will("GET /v1/balance_transactions", Fault.ERROR_BEFORE)
    assert "HTTP 500" in reads().error
    assert reads().reports == 1


def test_what_is_kept_of_a_report_says_nothing_of_payers(bank, contract, payment):
    bank.pays_out()
    reads()
    raw = SettlementReport.objects.get().raw
    assert "pi_" in raw
    for text in ("Erika", "erika", "4242"):
        assert text not in raw


def test_asking_and_telling_at_once_book_one_payment(bank, attempt, tells):
    bank.payer_pays(attempt.merchant_tx_id)
    poll_attempt(attempt)
    tells()
    poll_attempt(attempt)
    assert sums() == {EntryKind.PAYMENT: 5750}
