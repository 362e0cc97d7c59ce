"""A whole journey with every logger listened to: nothing about persons, no token, no key, no secret."""

from __future__ import annotations

import logging
import traceback

import pytest
from django.test import Client

from tests.epayment.api.conftest import ORDERS, Application, wish
from tests.epayment.conftest import SECRET, said, signed
from wagtail_epayment import outbox
from wagtail_epayment.errors import ProviderUnavailable
from wagtail_epayment.flows import poll_due
from wagtail_epayment.flows.connect import issue_key, issue_secret
from wagtail_epayment.flows.webhook import send_due
from wagtail_epayment.models import ApiClient, EventKind, PaymentAttempt, PaymentOrder, WebhookDelivery, WebhookEndpoint
from wagtail_epayment.operations.logs import MaskTokens
from wagtail_epayment.providers.base import Redirect
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider

pytestmark = pytest.mark.django_db

PAYER = {"first_name": "Erika", "last_name": "Mustermann", "email": "erika@example.org", "street": "Geheimweg"}


def texts(records):
    """All that any formatter could print of the records."""
    for record in records:
        plain = {key: value for key, value in vars(record).items() if key != "exc_info"}
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        yield f"{record.getMessage()} {plain} {trace}"


@pytest.fixture
def everything(caplog):
    """Every record of every logger, through the filter the documentation asks for."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.addFilter(mask := MaskTokens())
    yield caplog
    caplog.handler.removeFilter(mask)


def test_a_journey_with_every_trouble_leaves_no_trace_of_persons_and_keys(
    site, contract, client, monkeypatch, everything
):
    client.raise_request_exception = False
    application = Application(client, row := ApiClient(site=site, name="A", return_hosts=""), issue_key(row))
    endpoint = WebhookEndpoint(site=site, name="W", url="https://127.0.0.1/hook-with-secret-path")
    issue_secret(endpoint)

    def breaks(event):
        raise RuntimeError(f"cannot reach {event.order.reference}")

    monkeypatch.setitem(outbox._subscribers[EventKind.ORDER_PAID], "broken", breaks)

    created = application.orders(payer=PAYER)
    application.orders(payer=PAYER | {"email": "not an address"})
    address = created["Location"]
    order = PaymentOrder.objects.get()
    [way] = client.get(address + "ways/").json()
    start = {"way": way["code"]}

    def fails(self, attempt, urls):
        raise ProviderUnavailable("silent")

    def adapter_breaks(self, attempt, urls=None):
        raise KeyError(attempt.merchant_tx_id)

    for trouble in (fails, adapter_breaks):
        monkeypatch.setattr(SandboxProvider, "start", trouble)
        assert client.post(address + "payments/", start, content_type="application/json").status_code == 503
    redirect = Redirect("sbx_1", "https://bank.example/session-4712")
    monkeypatch.setattr(SandboxProvider, "start", lambda self, attempt, urls: redirect)
    client.post(address + "payments/", {"way": "no such"}, content_type="application/json")
    assert client.post(address + "payments/", start, content_type="application/json").status_code == 201
    attempt = PaymentAttempt.objects.get(state="pending")
    monkeypatch.setattr(SandboxProvider, "fetch", adapter_breaks)
    client.get(f"/zahlung/zurueck/{attempt.return_token}/")
    PaymentAttempt.objects.update(next_poll_at=order.created_at)
    poll_due()
    notify = f"/zahlung/melden/sandbox/{contract.pk}/"
    for secret, changes in (("wrong", {}), (SECRET, {"amount_cents": 1, "event_id": "x"}), (SECRET, {})):
        message = signed(said(attempt, payer=PAYER, **changes), secret)
        client.post(notify, message.body, content_type="application/json", headers=message.headers)
    outbox.deliver_due()
    send_due()
    WebhookDelivery.objects.update(next_try_at=order.created_at, expires_at=order.created_at)
    send_due()
    [receipt] = client.get(address + "receipts/").json()
    client.get(receipt["url"])
    application.post(address + "cancellation/")
    application.key = "epay_000000000000_wrong-key-4713"
    application.orders(payer=PAYER)
    Client().post(f"{ORDERS}{order.token}/payments/", wish(payer=PAYER), content_type="application/json")
    client.get(f"/zahlung/{order.token}/nichts/")

    secrets = [
        *PAYER.values(), order.token, attempt.return_token, created.json()["token"], row.key_hash, endpoint.secret,
        SECRET, "session-4712", "wrong-key-4713", "hook-with-secret-path",
    ]  # fmt: skip
    written = list(texts(everything.records))
    leaks = {(secret, text[:300]) for text in written for secret in secrets if secret in text}
    assert not leaks
    for loud in ("cannot reach", "Webhook given up", "Outbox event", "wagtail_epayment.flows"):
        assert any(loud in text for text in written), f"{loud}: the journey had no such trouble"


def test_facts_for_programs_stand_beside_the_message(caplog, order, site):
    from wagtail_epayment.models import OutboxEvent

    endpoint = WebhookEndpoint(site=site, name="W", url="https://127.0.0.1/")
    issue_secret(endpoint)
    event = OutboxEvent.objects.create(order=order, kind=EventKind.ORDER_PAID, key="k")
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint, event=event, next_try_at=order.created_at, expires_at=order.created_at
    )
    send_due()
    [record] = [record for record in caplog.records if record.getMessage() == "Webhook given up"]
    assert (record.delivery, record.endpoint) == (str(delivery.pk), endpoint.pk)
    assert record.order_reference == order.reference


def test_tokens_in_paths_are_masked_and_other_things_are_not():
    token = "a_-Z" * 8
    record = logging.LogRecord(
        "django.request", 30, "f", 1, "%s: %s", ("Not Found", f"/zahlung/{token}/beleg/1/"), None
    )
    record.request = object()
    assert MaskTokens().filter(record)
    assert record.getMessage() == "Not Found: /zahlung/***/beleg/1/"
    assert not hasattr(record, "request")
    kept = logging.LogRecord("x", 30, "f", 1, "attempt 4711-abc of /zahlung/melden/sandbox/1/", (), None)
    MaskTokens().filter(kept)
    assert kept.getMessage() == "attempt 4711-abc of /zahlung/melden/sandbox/1/"
