from __future__ import annotations

import pytest

from wagtail_epayment.flows import poll_attempt
from wagtail_epayment.models import AttemptState, LedgerEntry
from wagtail_epayment.providers.sandbox.models import SandboxPayment
from wagtail_epayment.state import OrderState, order_state

pytestmark = pytest.mark.django_db(transaction=True)


def test_pay(payer, order):
    payer.goes_to_bank()
    assert "Testbank" in payer.page.text
    payer.presses(action="pay")
    assert "Ihre Zahlung ist eingegangen" in payer.page.text
    assert order_state(order) == OrderState.PAID


def test_cancel_then_pay_again(payer, order):
    payer.goes_to_bank().presses(action="cancel")
    assert "Die Zahlung wurde abgebrochen" in payer.page.text
    payer.presses(way=f"{payer.contract.pk}.").presses(action="pay")
    assert order_state(order) == OrderState.PAID
    assert order.attempts.count() == 2


def test_pay_twice_is_explained_and_kept(payer, order):
    payer.goes_to_bank().presses(action="twice")
    assert "mehr als einmal" in payer.page.text
    assert LedgerEntry.objects.count() == 2


def test_no_answer_then_a_late_success(payer, order):
    payer.goes_to_bank().presses(action="timeout")
    assert "wird geprüft" in payer.page.text
    SandboxPayment.objects.update(settles_at="2020-01-01T00:00Z")
    poll_attempt(order.attempts.get())
    assert order_state(order) == OrderState.PAID


def test_pressing_back_after_paying_pays_nothing_twice(payer, order):
    payer.goes_to_bank()
    bank_page = payer.page
    payer.presses(action="pay")
    payer.page = bank_page
    payer.presses(action="pay")
    assert LedgerEntry.objects.count() == 1
    assert "Ihre Zahlung ist eingegangen" in payer.page.text


def test_a_lost_notification_is_made_up_for_by_asking(payer, order, monkeypatch):
    from wagtail_epayment.providers.sandbox import bank

    monkeypatch.setattr(bank, "deliver", lambda payment: 0)
    payer.goes_to_bank().presses(action="pay")
    assert order_state(order) == OrderState.PAID
    assert order.attempts.get().state == AttemptState.SUCCEEDED
