"""Refunds with GiroCheckout, which recognises no repeated one: a lost answer is never sent again."""

from __future__ import annotations

import urllib.parse

import pytest
from django.contrib.auth import get_user_model

from tests.fakes.server import Fault
from wagtail_epayment.flows import approve_refund, poll_attempt, refunds_due, request_refund, start_payment
from wagtail_epayment.models import EntryKind, LedgerEntry, Refund, RefundState
from wagtail_epayment.providers.base import ReturnUrls
from wagtail_epayment.state import OrderState, balance_cents, order_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def pays(order, contract, giro):
    """The order paid in this way; returns the ledger entry."""

    def by(method):
        door = f"http://testserver/zahlung/melden/girocheckout/{contract.pk}/"
        urls = ReturnUrls(back="http://testserver/", notify=door)
        start_payment(order=order, contract=contract, method=method, urls=lambda attempt: urls)
        attempt = order.attempts.get()
        giro.payer_pays(attempt.merchant_tx_id)
        giro.lose()
        poll_attempt(attempt)
        return LedgerEntry.objects.get(kind=EntryKind.PAYMENT)

    return by


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
    Refund.objects.filter(pk=refund.pk).update(next_poll_at="2020-01-01T00:00Z")
    refunds_due()
    return Refund.objects.get(pk=refund.pk)


@pytest.mark.parametrize("method", ["paypage", "card", "directdebit", "paypal", "wero"])
@pytest.mark.parametrize("cents", [1250, 5750])
def test_money_goes_back_and_the_books_agree(giro, order, pays, give_back, method, cents):
    payment = pays(method)
    refund = give_back(payment, cents)
    assert refund.state == RefundState.SUCCEEDED
    assert refund.provider_ref == giro.transactions[-1].reference
    assert giro.refunded_cents() == {payment.attempt.merchant_tx_id: cents}
    assert balance_cents(order) == 5750 - cents


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.ERROR_AFTER, Fault.NONSENSE, Fault.BAD_SIGNATURE])
def test_a_lost_answer_is_asked_about_and_never_sent_again(giro, pays, give_back, fault):
    giro.will("transaction/refund", fault)
    refund = give_back(pays("card"), 1250)
    assert refund.state == RefundState.UNKNOWN
    for __ in range(3):
        refund = comes_round(refund)
    assert refund.state == RefundState.UNKNOWN
    assert "GiroCockpit" in refund.last_error
    assert giro.count("transaction/refund") == 1
    assert not LedgerEntry.objects.filter(kind=EntryKind.REFUND).exists()


def test_a_lost_answer_is_found_by_a_notification(giro, client, pays, give_back, order):
    giro.will("transaction/refund", Fault.DROP_AFTER)
    payment = pays("card")
    refund = give_back(payment, 1250)
    back = giro.transactions[-1]
    back.notify_url = f"http://testserver/zahlung/melden/girocheckout/{payment.attempt.contract_id}/"
    parts = urllib.parse.urlsplit(giro.notification(back).url)
    assert [client.get(parts.path, QUERY_STRING=parts.query).status_code for __ in range(2)] == [200, 200]
    refund.refresh_from_db()
    assert (refund.state, refund.provider_ref) == (RefundState.SUCCEEDED, back.reference)
    assert balance_cents(order) == 4500


def test_a_refund_taken_but_not_done_is_asked_about(giro, pays, give_back, order):
    giro.refund_result = ""
    giro.status_names_page = False
    refund = give_back(pays("paypage"), 5750)
    assert refund.state == RefundState.SUBMITTED
    giro.transactions[-1].result = "4000"
    assert comes_round(refund).state == RefundState.SUCCEEDED
    assert order_state(order) == OrderState.REFUNDED


def test_a_refund_that_fails_later(giro, pays, give_back, order):
    giro.refund_result = "4900"
    refund = give_back(pays("wero"), 5750)
    assert refund.state == RefundState.FAILED
    assert "4900" in refund.last_error
    assert order_state(order) == OrderState.PAID


def test_a_refusal_moves_nothing(giro, pays, give_back, order):
    payment = pays("direktubw")
    refund = give_back(payment, 1250)
    assert refund.state == RefundState.FAILED
    assert "by hand" in refund.last_error or "von Hand" in refund.last_error
    assert giro.count("transaction/refund") == 0
    assert balance_cents(order) == 5750
