"""Many at once, on a database where that is real: run through tests/postgres, or with DATABASE_URL set."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from tests.races import at_once
from wagtail_epayment import outbox
from wagtail_epayment.errors import AlreadyStarting, OrderNotPayable
from wagtail_epayment.flows import NewItem, create_order, issue_receipt, poll_due, receive, start_payment
from wagtail_epayment.models import (
    EntryKind,
    EventKind,
    LedgerEntry,
    MessageSource,
    OutboxEvent,
    PaymentAttempt,
    ProviderMessage,
    Receipt,
)
from wagtail_epayment.providers.base import RawMessage, Redirect, ReturnUrls
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider
from wagtail_epayment.state import OrderState, balance_cents, order_state

from .conftest import SECRET, said, signed

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("sqlite" in connection.settings_dict["ENGINE"], reason="SQLite writes one at a time anyway"),
]


def notification(attempt, **changes):
    return signed(said(attempt, **changes), SECRET)


def test_the_same_notification_twenty_times_at_once_is_one_payment(under_way, order, contract):
    raw = notification(under_way.attempt)
    results = at_once(20, lambda _: receive(contract=contract, source=MessageSource.NOTIFY, raw=raw))
    assert all(isinstance(result, ProviderMessage) for result in results), results
    assert LedgerEntry.objects.count() == 1
    assert balance_cents(order) == 5750
    assert OutboxEvent.objects.filter(kind=EventKind.ORDER_PAID).count() == 1
    assert ProviderMessage.objects.count() == 20
    assert not ProviderMessage.objects.exclude(discrepancy="").exists()


def test_success_failure_and_status_answers_at_once_end_paid(under_way, order, contract):
    words = ["succeeded", "failed", "cancelled", "pending", "unknown"] * 4
    messages = [notification(under_way.attempt, state=word, event_id=f"{n}") for n, word in enumerate(words)]
    at_once(20, lambda n: receive(contract=contract, source=MessageSource.NOTIFY, raw=messages[n]))
    assert order_state(order) == OrderState.PAID
    assert LedgerEntry.objects.count() == 1


def test_ten_clicks_at_once_begin_one_payment(order, contract, monkeypatch):
    called = []

    def start(self, attempt, urls):
        called.append(attempt.merchant_tx_id)
        return Redirect(f"sbx_{attempt.merchant_tx_id}", "http://testserver/sandbox-bank/pay/x/")

    monkeypatch.setattr(SandboxProvider, "start", start)
    urls = lambda attempt: ReturnUrls(back="b", notify="n")  # noqa: E731
    results = at_once(10, lambda _: start_payment(order=order, contract=contract, urls=urls), expected=AlreadyStarting)
    assert len(called) == 1
    assert all(isinstance(result, str | AlreadyStarting) for result in results), results
    assert PaymentAttempt.objects.count() == 1


def test_paying_and_clicking_again_at_once_pays_once(under_way, order, contract):
    raw = notification(under_way.attempt)
    urls = lambda attempt: ReturnUrls(back="b", notify="n")  # noqa: E731

    def work(index):
        if index % 2:
            return receive(contract=contract, source=MessageSource.NOTIFY, raw=raw)
        return start_payment(order=order, contract=contract, urls=urls)

    results = at_once(8, work, expected=OrderNotPayable)
    assert all(isinstance(result, ProviderMessage | str | OrderNotPayable) for result in results), results
    assert PaymentAttempt.objects.count() == 1
    assert LedgerEntry.objects.count() == 1


def paid_entry(site, contract, number):
    order = create_order(site=site, purpose=f"P{number}", items=[NewItem(label="x", unit_cents=100)])
    attempt = PaymentAttempt.objects.create(
        order=order,
        contract=contract,
        provider="sandbox",
        merchant_tx_id=f"m{number}",
        amount_cents=100,
        currency="EUR",
    )
    return LedgerEntry.objects.create(
        order=order,
        attempt=attempt,
        kind=EntryKind.PAYMENT,
        amount_cents=100,
        currency="EUR",
        provider_ref=f"tr_{number}",
        occurred_at=timezone.now(),
    )


def test_receipts_issued_at_once_are_numbered_without_gaps(site, contract):
    entries = [paid_entry(site, contract, number) for number in range(6)]
    results = at_once(12, lambda index: issue_receipt(LedgerEntry.objects.get(pk=entries[index % 6].pk)))
    assert all(isinstance(result, Receipt) for result in results), results
    assert sorted(Receipt.objects.values_list("serial", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_two_pollers_ask_for_each_payment_once(site, contract, monkeypatch, settings):
    # A bank as silent as this one would be left alone after a few questions.
    settings.WAGTAIL_EPAYMENT = {**settings.WAGTAIL_EPAYMENT, "BREAKER_FAILURES": 100}
    for number in range(8):
        paid_entry(site, contract, number)
    PaymentAttempt.objects.update(state="pending", next_poll_at=timezone.now())
    asked = []

    def fetch(self, attempt):
        asked.append(attempt.merchant_tx_id)
        raise_unavailable()

    monkeypatch.setattr(SandboxProvider, "fetch", fetch)
    at_once(4, lambda _: poll_due())
    assert sorted(asked) == sorted(set(asked))
    assert len(asked) == 8


def raise_unavailable():
    from wagtail_epayment.errors import ProviderUnavailable

    raise ProviderUnavailable("silent")


def test_two_workers_tell_a_subscriber_once(order, monkeypatch):
    told = []
    monkeypatch.setitem(outbox._subscribers, EventKind.ORDER_REOPENED, {"once": lambda event: told.append(event.pk)})
    event = OutboxEvent.objects.create(order=order, kind=EventKind.ORDER_REOPENED, key="k")
    assert all(result is True for result in at_once(6, lambda _: outbox.deliver(event.pk)))
    assert told == [event.pk]


def test_the_ledger_cannot_be_changed_by_postgres_either(site, contract):
    from django.db import DatabaseError

    paid_entry(site, contract, 1)
    with pytest.raises(DatabaseError, match="append-only"):
        LedgerEntry.objects.update(amount_cents=1)
    with pytest.raises(DatabaseError, match="append-only"):
        LedgerEntry.objects.all()._raw_delete("default")


def test_bytes_no_database_can_keep_are_refused(contract):
    from wagtail_epayment.errors import PaymentError

    raw = RawMessage(body=b'{"tx_id": "\\u0000"}', headers={})
    with pytest.raises(PaymentError):
        receive(contract=contract, source=MessageSource.NOTIFY, raw=raw)
