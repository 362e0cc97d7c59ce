"""Citizens, clerks and a bank that misbehaves, through the whole app and over real HTTP: the books agree at the end."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from wagtail_epayment.errors import ProviderUnavailable
from wagtail_epayment.flows import (
    approve_refund,
    poll_attempt,
    refundable_cents,
    refunds_due,
    request_refund,
    start_payment,
)
from wagtail_epayment.flows.fetch_reports import fetch_all_reports
from wagtail_epayment.models import (
    AttemptState,
    EntryKind,
    LedgerEntry,
    ProviderMessage,
    Refund,
    RefundCause,
    RefundState,
    SettlementLine,
)
from wagtail_epayment.providers.base import ReturnUrls
from wagtail_epayment.providers.sandbox.books import received_cents
from wagtail_epayment.providers.sandbox.chargebacks import charge_back, reverse_chargeback
from wagtail_epayment.providers.sandbox.clock import let_time_pass
from wagtail_epayment.providers.sandbox.faults import Fault, plan
from wagtail_epayment.providers.sandbox.models import SandboxMerchant, SandboxPayment
from wagtail_epayment.providers.sandbox.notices import deliver
from wagtail_epayment.providers.sandbox.payouts import pay_out
from wagtail_epayment.providers.sandbox.refunds import give_back
from wagtail_epayment.state import OrderState, balance_cents, order_state

pytestmark = pytest.mark.django_db(transaction=True)


def books_agree(order):
    """What the bank has of the order's attempts is what our ledger says."""
    theirs = sum(received_cents(tx_id) for tx_id in order.attempts.values_list("merchant_tx_id", flat=True))
    assert balance_cents(order) == theirs
    return True


def discrepancies():
    return list(ProviderMessage.objects.exclude(discrepancy="").values_list("discrepancy", flat=True))


@pytest.mark.parametrize("action", ["pay", "duplicate", "reorder", "silent", "failed_then_paid", "paid_then_failed"])
def test_however_it_is_told_it_is_paid_once(payer, order, action):
    payer.goes_to_bank().presses(action=action)
    assert order_state(order) == OrderState.PAID
    assert LedgerEntry.objects.count() == 1
    assert books_agree(order)
    assert bool(discrepancies()) == (action == "paid_then_failed")


def test_three_days_later(payer, order):
    payer.goes_to_bank().presses(action="days")
    assert order_state(order) == OrderState.PENDING
    let_time_pass(days=3)
    assert order_state(order) == OrderState.PAID
    assert books_agree(order)


def test_a_lie_about_the_amount_waits_for_the_cash_office_until_the_report_tells_the_truth(payer, order):
    payer.goes_to_bank().presses(action="lie")
    assert not LedgerEntry.objects.exists()
    assert discrepancies()
    pay_out(SandboxMerchant.objects.get())
    fetch_all_reports()
    assert LedgerEntry.objects.get(kind=EntryKind.PAYMENT).amount_cents == order.amount_cents
    assert books_agree(order)


@pytest.mark.parametrize("fault", list(Fault))
def test_the_line_breaks_while_a_payment_is_begun(payer, order, fault):
    plan(SandboxMerchant.objects.get(), "create", fault)
    with pytest.raises(ProviderUnavailable):
        start_payment(order=order, contract=payer.contract, urls=lambda attempt: ReturnUrls(back="b", notify="n"))
    assert order.attempts.get().state == AttemptState.UNKNOWN
    payer.goes_to_bank().presses(action="pay")
    assert order_state(order) == OrderState.PAID
    assert books_agree(order)


def test_the_line_breaks_while_the_payer_comes_back(payer, order):
    payer.goes_to_bank().presses(action="silent", fault_status="drop_after")
    assert order_state(order) == OrderState.PENDING
    poll_attempt(order.attempts.get())
    assert books_agree(order)


@pytest.fixture
def people(db):
    make = get_user_model().objects.create_user
    return make("frau.schmidt"), make("herr.kaya")


@pytest.fixture
def paid(payer, order):
    payer.goes_to_bank().presses(action="pay")
    return LedgerEntry.objects.get()


def give_it_back(payment, people, cents=5750):
    clerk, chief = people
    refund = request_refund(
        payment=payment,
        amount_cents=cents,
        believed_cents=refundable_cents(payment),
        reason="Termin fiel aus",
        user=clerk,
    )
    approve_refund(refund, user=chief)
    refund.refresh_from_db()
    return refund


def ask_again():
    """The next run of the poller, which has become due."""
    Refund.objects.exclude(next_poll_at=None).update(next_poll_at=timezone.now())
    refunds_due()


def bank_payment():
    return SandboxPayment.objects.get()


def test_given_back_in_parts(paid, order, people):
    assert give_it_back(paid, people, 750).state == RefundState.SUCCEEDED
    assert order_state(order) == OrderState.PARTLY_REFUNDED
    assert give_it_back(paid, people, 5000).state == RefundState.SUCCEEDED
    deliver()
    assert order_state(order) == OrderState.REFUNDED
    assert LedgerEntry.objects.filter(kind=EntryKind.REFUND).count() == 2
    assert books_agree(order)


@pytest.mark.parametrize("fault", list(Fault))
def test_the_line_breaks_while_money_is_given_back(paid, order, people, fault):
    plan(SandboxMerchant.objects.get(), "refund", fault)
    refund = give_it_back(paid, people)
    assert refund.state == RefundState.UNKNOWN
    ask_again()
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    deliver()
    assert received_cents(order.attempts.get().merchant_tx_id) == 0
    assert books_agree(order)


@pytest.mark.parametrize(
    ("mode", "first", "then"),
    [
        ("later", RefundState.SUBMITTED, RefundState.SUCCEEDED),
        ("fails", RefundState.FAILED, RefundState.FAILED),
        ("fails_later", RefundState.SUBMITTED, RefundState.FAILED),
        ("comes_back", RefundState.SUCCEEDED, RefundState.FAILED),
    ],
)
@pytest.mark.parametrize("heard", [True, False], ids=["told", "asked"])
def test_refunds_that_take_their_own_course(paid, order, people, mode, first, then, heard):
    SandboxPayment.objects.update(refund_mode=mode)
    refund = give_it_back(paid, people)
    assert refund.state == first
    if heard or mode == "comes_back":
        let_time_pass(days=1)
    else:
        bank_payment().refunds.update(settles_at=timezone.now())
        ask_again()
    refund.refresh_from_db()
    assert refund.state == then
    assert books_agree(order)


def test_a_refund_made_at_the_bank_is_booked_and_shown(paid, order):
    give_back(bank_payment(), amount_cents=1000)
    deliver()
    [refund] = Refund.objects.all()
    assert (refund.cause, refund.state) == (RefundCause.OUTSIDE, RefundState.SUCCEEDED)
    assert discrepancies()
    assert books_agree(order)


def test_a_chargeback_reopens_the_order_and_its_reversal_pays_it_again(paid, order):
    charge_back(bank_payment(), fee_cents=350)
    deliver()
    assert order_state(order) == OrderState.CHARGED_BACK
    assert LedgerEntry.objects.get(kind=EntryKind.FEE).amount_cents == -350
    assert books_agree(order)
    reverse_chargeback(bank_payment())
    deliver()
    assert order_state(order) == OrderState.PAID
    assert books_agree(order)


def test_charged_back_and_paid_again(paid, payer, order):
    charge_back(bank_payment())
    deliver()
    payer.goes_to_bank().presses(action="pay")
    assert order_state(order) == OrderState.PAID
    assert books_agree(order)


def test_after_a_week_every_line_of_the_report_is_explained(paid, payer, order, people):
    give_it_back(paid, people, 750)
    charge_back(bank_payment(), amount_cents=1000, fee_cents=350)
    pay_out(SandboxMerchant.objects.get())
    deliver()
    give_back(bank_payment(), amount_cents=500)
    pay_out(SandboxMerchant.objects.get())
    [fetched] = fetch_all_reports()
    assert (fetched.reports, fetched.error) == (2, "")
    assert fetch_all_reports()[0].new_lines == 0
    assert not SettlementLine.objects.exclude(why="").exclude(kind="payout").exists()
    deliver()
    assert books_agree(order)
