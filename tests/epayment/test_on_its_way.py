"""A direct debit: the payer is done, the money takes days. Nobody pays twice meanwhile, and nothing expires."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from wagtail_epayment.errors import OrderNotPayable
from wagtail_epayment.flows import apply_message, expire, poll_attempt, start_payment
from wagtail_epayment.flows.inbox import store
from wagtail_epayment.models import AttemptState, MessageSource, PaymentAttempt
from wagtail_epayment.providers.base import RawMessage, ReturnUrls, Word
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider
from wagtail_epayment.state import OrderState, order_state

RAW = RawMessage(body=b"{}", headers={})


def word(attempt, state, **changes):
    return Word(
        merchant_tx_id=attempt.merchant_tx_id,
        provider_ref="sbx_1",
        state=state,
        amount_cents=attempt.amount_cents,
        currency="EUR",
        is_verified=True,
        **changes,
    )


@pytest.fixture
def debited(under_way, monkeypatch):
    attempt = under_way.attempt
    said = [word(attempt, AttemptState.PENDING, is_payer_done=True)]
    monkeypatch.setattr(SandboxProvider, "fetch", lambda self, view: (RAW, said[0]))
    apply_message(store(contract=attempt.contract, source=MessageSource.POLL, raw=RAW), said[0])
    return said


def older(days):
    past = timezone.now() - datetime.timedelta(days=days)
    PaymentAttempt.objects.update(created_at=past, payer_done_at=past)


def test_it_does_not_expire_after_a_day(debited, order):
    older(3)
    assert expire() == 0
    assert order_state(order) == OrderState.PENDING


def test_an_old_attempt_whose_payer_has_just_finished_does_not_expire_either(debited, order):
    PaymentAttempt.objects.update(created_at=timezone.now() - datetime.timedelta(days=3), payer_done_at=None)
    assert expire() == 0
    assert PaymentAttempt.objects.get().payer_done_at is not None


def test_it_expires_when_nobody_has_heard_of_it_for_weeks(debited, order):
    older(15)
    assert expire() == 1


def test_nobody_can_pay_a_second_time_meanwhile(debited, order, contract, client):
    page = client.get(f"/zahlung/{order.token}/").content.decode()
    assert 'name="way"' not in page
    assert "http-equiv" not in page, "it takes days, not seconds"
    with pytest.raises(OrderNotPayable):
        start_payment(order=order, contract=contract, urls=lambda attempt: ReturnUrls(back="b", notify="n"))


def test_the_money_comes_or_the_bank_returns_it(debited, order, under_way):
    debited[0] = word(under_way.attempt, AttemptState.FAILED)
    poll_attempt(order.attempts.select_related("contract", "order").get())
    assert order_state(order) == OrderState.OPEN
    debited[0] = word(under_way.attempt, AttemptState.SUCCEEDED)
    poll_attempt(order.attempts.select_related("contract", "order").get())
    assert order_state(order) == OrderState.PAID
