from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from wagtail_epayment import outbox
from wagtail_epayment.models import EventKind, OutboxDelivery, OutboxEvent, PaymentOrder, Receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def listeners(monkeypatch):
    """The subscribers of ORDER_PAID while this test runs, by name."""
    mine: dict = {}
    monkeypatch.setitem(outbox._subscribers, EventKind.ORDER_PAID, mine)
    return mine


def test_a_payment_is_told_after_commit(under_way, listeners, django_capture_on_commit_callbacks):
    told = []
    listeners["a"] = lambda event: told.append(event.order.reference)
    with django_capture_on_commit_callbacks() as callbacks:
        under_way.says()
    assert told == []
    for callback in callbacks:
        callback()
    assert len(told) == 1


def test_what_was_not_told_because_of_a_crash_is_told_later(under_way, listeners):
    told = []
    listeners["a"] = told.append
    under_way.says()
    assert outbox.deliver_due() == 1
    assert outbox.deliver_due() == 0
    assert len(told) == 1


def test_a_broken_listener_neither_loses_the_event_nor_keeps_the_others_waiting(under_way, listeners, caplog):
    told = []

    def breaks(event):
        raise RuntimeError("down")

    listeners["broken"] = breaks
    listeners["fine"] = told.append
    under_way.says()
    assert outbox.deliver_due() == 0
    event = OutboxEvent.objects.get()
    assert len(told) == 1
    assert event.next_try_at > timezone.now()
    assert event.last_error == "RuntimeError"
    assert outbox.deliver_due() == 0, "not before its time"
    listeners["broken"] = told.append
    OutboxEvent.objects.update(next_try_at=timezone.now() - datetime.timedelta(seconds=1))
    assert outbox.deliver_due() == 1
    assert len(told) == 2, "the fine one is not told again"


def test_what_a_listener_wrote_before_it_broke_is_undone(under_way, order, listeners, caplog):
    def writes_and_breaks(event):
        PaymentOrder.objects.update(purpose="half done")
        raise RuntimeError("down")

    listeners["a"] = writes_and_breaks
    under_way.says()
    outbox.deliver_due()
    assert PaymentOrder.objects.get().purpose == "Sperrgutabfuhr"
    assert not OutboxDelivery.objects.exists()


def test_the_pauses_of_a_lasting_failure_grow_and_never_end(under_way, listeners, caplog):
    def breaks(event):
        raise RuntimeError("down")

    listeners["a"] = breaks
    under_way.says()
    pauses = []
    for _ in range(12):
        OutboxEvent.objects.update(next_try_at=None)
        outbox.deliver_due()
        pauses.append(OutboxEvent.objects.get().next_try_at - timezone.now())
    assert pauses[0] < pauses[3] < pauses[-1] <= datetime.timedelta(hours=6)


def test_a_subscriber_that_comes_twice_is_one(listeners):
    outbox.subscribe(EventKind.ORDER_PAID, print, name="x")
    outbox.subscribe(EventKind.ORDER_PAID, repr, name="x")
    assert listeners == {"x": repr}


def test_every_payment_has_its_receipt_at_once(under_way):
    under_way.says()
    outbox.deliver_due()
    assert Receipt.objects.count() == 1


def test_a_payment_that_failed_is_told_too(under_way, monkeypatch):
    told = []
    monkeypatch.setitem(outbox._subscribers, EventKind.ATTEMPT_ENDED, {"a": told.append})
    under_way.says("failed")
    under_way.says("failed", event_id="again")
    outbox.deliver_due()
    assert len(told) == 1


def test_the_log_says_where_a_listener_broke_and_not_what_it_quotes(under_way, listeners, caplog):
    quoted = "Erika Mustermann, DE02120300000000202051"

    def breaks(event):
        raise ValueError(quoted)

    listeners["a"] = breaks
    under_way.says()
    outbox.deliver_due()
    assert "ValueError" in caplog.text
    assert "breaks" in caplog.text
    assert "Mustermann" not in caplog.text
    assert "DE0212" not in caplog.text
