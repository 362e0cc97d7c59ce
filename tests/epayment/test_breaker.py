"""A provider that does not answer is left alone for a while, and found again by itself."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from wagtail_epayment.errors import ProviderUnavailable
from wagtail_epayment.flows import NewItem, breaker, create_order, expire, poll_due, start_payment
from wagtail_epayment.models import ContractBreaker, PaymentAttempt
from wagtail_epayment.providers.base import Redirect, ReturnUrls
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider


@pytest.fixture
def calls(monkeypatch):
    calls = []

    def silent(self, attempt, **rest):
        calls.append(attempt.merchant_tx_id)
        raise ProviderUnavailable("silent")

    monkeypatch.setattr(SandboxProvider, "start", silent)
    monkeypatch.setattr(SandboxProvider, "fetch", silent)
    return calls


def begin(order, contract):
    return start_payment(order=order, contract=contract, urls=lambda attempt: ReturnUrls(back="b", notify="n"))


def fail(order, contract, times):
    for _ in range(times):
        PaymentAttempt.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=5))
        with pytest.raises(ProviderUnavailable):
            begin(order, contract)


def test_after_five_failures_nobody_waits_for_it_any_more(order, contract, calls):
    fail(order, contract, 7)
    assert len(calls) == 5
    assert PaymentAttempt.objects.count() == 5, "no attempt is made that nobody sends"
    assert breaker.is_open(contract)


def test_the_poller_asks_for_other_contracts_only(order, contract, site, calls):
    fail(order, contract, 5)
    PaymentAttempt.objects.update(next_poll_at=timezone.now())
    assert poll_due() == 0
    assert len(calls) == 5


def test_a_run_stops_asking_when_it_breaks_on_the_way(site, contract, calls):
    for number in range(9):
        one = create_order(site=site, purpose=f"P{number}", items=[NewItem(label="x", unit_cents=100)])
        PaymentAttempt.objects.create(
            order=one,
            contract=contract,
            provider="sandbox",
            merchant_tx_id=f"m{number}",
            amount_cents=100,
            currency="EUR",
            state="pending",
            next_poll_at=timezone.now(),
        )
    poll_due()
    assert len(calls) == 5


def test_the_breaker_is_asked_about_once_a_run_however_many_attempts_are_due(site, contract, monkeypatch):
    monkeypatch.setattr("wagtail_epayment.flows.poll.poll_attempt", lambda attempt: None)
    for number in range(4):
        one = create_order(site=site, purpose=f"P{number}", items=[NewItem(label="x", unit_cents=100)])
        PaymentAttempt.objects.create(
            order=one, contract=contract, provider="sandbox", merchant_tx_id=f"m{number}", amount_cents=100,
            currency="EUR", state="pending", next_poll_at=timezone.now(),
        )  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        assert poll_due() == 4
    assert sum("contractbreaker" in query["sql"] for query in queries) == 1


def test_nothing_expires_while_its_provider_cannot_be_asked(order, contract, calls):
    fail(order, contract, 5)
    PaymentAttempt.objects.update(created_at=timezone.now() - datetime.timedelta(days=3))
    assert expire() == 0


def test_once_the_time_is_over_one_call_tries_and_a_failure_waits_twice_as_long(order, contract, calls):
    fail(order, contract, 5)
    ContractBreaker.objects.update(open_until=timezone.now())
    fail(order, contract, 2)
    assert len(calls) == 6
    wait = ContractBreaker.objects.get().open_until - timezone.now()
    assert datetime.timedelta(minutes=3) < wait <= datetime.timedelta(minutes=4)


def test_an_answer_closes_it(order, contract, calls, monkeypatch):
    fail(order, contract, 5)
    ContractBreaker.objects.update(open_until=timezone.now())
    PaymentAttempt.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=5))
    monkeypatch.setattr(SandboxProvider, "start", lambda self, attempt, urls: Redirect("sbx_9", "http://bank/"))
    assert begin(order, contract) == "http://bank/"
    assert not breaker.is_open(contract)
    assert ContractBreaker.objects.get().failures == 0
