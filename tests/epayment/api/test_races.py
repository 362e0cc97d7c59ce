"""The same request many times at once makes one order, on a database where that is real."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.races import at_once
from wagtail_epayment.errors import ExternalIdTaken, InFlight
from wagtail_epayment.flows.create import NewItem
from wagtail_epayment.flows.create_for_client import NewOrder, create_for_client
from wagtail_epayment.flows.webhook import send
from wagtail_epayment.models import EventKind, IdempotentRequest, OutboxEvent, PaymentOrder, WebhookDelivery
from wagtail_epayment.webhooks.transport import Answer

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("sqlite" in connection.settings_dict["ENGINE"], reason="SQLite writes one at a time anyway"),
]


def wanted(**changes):
    return NewOrder(**{"purpose": "P", "items": (NewItem(label="x", unit_cents=100),)} | changes)


def test_twenty_repetitions_at_once_are_one_order(application):
    results = at_once(
        20,
        lambda _: create_for_client(client=application.row, key="k", wanted=wanted()),
        expected=InFlight,
    )
    assert PaymentOrder.objects.count() == 1
    assert IdempotentRequest.objects.count() == 1
    made = {result.pk for result in results if isinstance(result, PaymentOrder)}
    assert made == {PaymentOrder.objects.get().pk}
    again = create_for_client(client=application.row, key="k", wanted=wanted())
    assert {again.pk} == made


def test_the_same_external_id_under_many_keys_at_once_is_one_order(application):
    results = at_once(
        10,
        lambda index: create_for_client(client=application.row, key=f"k{index}", wanted=wanted(external_id="1")),
        expected=ExternalIdTaken,
    )
    assert sum(isinstance(result, PaymentOrder) for result in results) == 1
    assert PaymentOrder.objects.count() == 1


def test_two_workers_send_a_webhook_once(order, endpoint, monkeypatch):
    sent = []
    monkeypatch.setattr("wagtail_epayment.flows.webhook.post", lambda url, **kwargs: sent.append(url) or Answer(200))
    event = OutboxEvent.objects.create(order=order, kind=EventKind.ORDER_PAID, key="k")
    delivery = WebhookDelivery.objects.create(endpoint=endpoint, event=event, next_try_at=order.created_at)
    results = at_once(6, lambda _: send(str(delivery.pk)))
    assert (len(sent), results.count(True)) == (1, 1)
