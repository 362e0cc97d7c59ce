"""Another application hears what happens to orders: signed, for days if need be, never through our own doors."""

from __future__ import annotations

import datetime
import json
import socket

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.fakes.server import Answer as HttpAnswer
from tests.fakes.server import FakeProvider, Fault
from wagtail_epayment import outbox
from wagtail_epayment.flows import NewItem, create_order
from wagtail_epayment.flows.connect import issue_secret
from wagtail_epayment.flows.webhook import forget_deliveries, resend, send_due
from wagtail_epayment.models import DeliveryState, EventKind, OutboxEvent, WebhookDelivery, WebhookEndpoint
from wagtail_epayment.webhooks.transport import post

pytestmark = pytest.mark.django_db


class Receiver(FakeProvider):
    """The other application: answers with ``status``."""

    status = 204
    headers: dict = {}

    def operation(self, call):
        return call.path

    def handle(self, call):
        return HttpAnswer(b"", self.status, dict(self.headers))


@pytest.fixture
def receiver(endpoint, settings):
    settings.WAGTAIL_EPAYMENT = settings.WAGTAIL_EPAYMENT | {"ALLOW_PRIVATE_WEBHOOKS": True, "WEBHOOK_TIMEOUT": 2.0}
    with Receiver() as receiver:
        endpoint.url = receiver.url + "/hook"
        endpoint.save()
        yield receiver


@pytest.fixture
def paid(under_way):
    """A paid order whose events have been given to their subscribers."""

    def pay():
        under_way.says()
        outbox.deliver_due()
        return under_way.attempt.order

    return pay


def later(**passed):
    """As if time had passed for what waits."""
    WebhookDelivery.objects.filter(next_try_at__isnull=False).update(next_try_at=timezone.now())
    if passed:
        WebhookDelivery.objects.update(expires_at=timezone.now() - datetime.timedelta(**passed))


def test_a_paid_order_is_told_once_and_signed(receiver, endpoint, paid):
    order = paid()
    assert send_due() == 1
    assert send_due() == 0
    [(__, call)] = receiver.calls
    said = Webhook(endpoint.secret).verify(call.body, dict(call.headers))
    assert said["type"] == "order.paid"
    assert said["data"] == {
        "event_id": OutboxEvent.objects.get().pk,
        "reference": order.reference,
        "external_id": "",
        "state": "paid",
        "currency": "EUR",
        "amount_cents": 5750,
        "balance_cents": 5750,
        "due_cents": 0,
        "entry": {"kind": "payment", "amount_cents": 5750},
    }
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.tries) == (DeliveryState.DELIVERED, 1)
    assert call.headers["webhook-id"] == str(delivery.pk)


def test_it_is_sent_by_itself_after_commit(receiver, under_way, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        under_way.says()
    assert receiver.count("/hook") == 1


def test_a_forged_or_altered_message_does_not_verify(receiver, endpoint, paid):
    paid()
    send_due()
    [(__, call)] = receiver.calls
    for body, secret in ((call.body.replace(b"5750", b"5751"), endpoint.secret), (call.body, "whsec_" + "A" * 44)):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, dict(call.headers))


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_is_told_and_says_nothing_about_persons(receiver, site, kind):
    payer = {"last_name": "Mustermann", "email": "m@example.org"}
    order = create_order(site=site, purpose="P", items=[NewItem(label="x", unit_cents=1)], payer=payer)
    event = OutboxEvent.objects.create(order=order, kind=kind, key=f"k{kind}")
    from wagtail_epayment.flows.webhook import plan

    plan(event)
    plan(event)
    assert send_due() == 1
    [(__, call)] = receiver.calls
    assert json.loads(call.body)["type"] == kind
    assert not any(text in call.body.decode() for text in (*payer.values(), order.token))
    assert "wagtail_epayment.webhooks" in outbox._subscribers[kind]


def test_only_the_town_of_the_order_hears_of_it(receiver, endpoint, paid, other_site):
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(site=other_site)
    paid()
    assert not WebhookDelivery.objects.exists()


def test_an_order_is_paid_even_if_the_other_application_is_down(receiver, paid):
    receiver.status = 500
    order = paid()
    send_due()
    assert order.events.get().delivered_at


@pytest.mark.parametrize("trouble", [Fault.DROP_BEFORE, Fault.DROP_AFTER, Fault.ERROR_BEFORE, Fault.ERROR_AFTER])
def test_trouble_is_tried_again_with_the_same_message(receiver, endpoint, paid, trouble):
    paid()
    receiver.will("/hook", trouble)
    assert send_due() == 0
    delivery = WebhookDelivery.objects.get()
    assert delivery.state == DeliveryState.WAITING
    assert delivery.last_error in ("ConnectionError", "HTTP 500")
    assert delivery.next_try_at > timezone.now() + datetime.timedelta(seconds=50)
    assert send_due() == 0, "not before its time"
    later()
    assert send_due() == 1
    bodies, ids = zip(*((call.body, call.headers["webhook-id"]) for __, call in receiver.calls), strict=True)
    assert len(set(bodies)) == len(set(ids)) == 1, "the receiver can tell that it is the same message"


def test_the_pauses_grow_and_trying_ends_after_days(receiver, paid):
    receiver.status = 503
    paid()
    pauses = []
    for _try in range(7):
        send_due()
        pauses.append((WebhookDelivery.objects.get().next_try_at - timezone.now()).total_seconds() / 60)
        later()
    planned = (1, 5, 30, 120, 360, 360, 360)
    assert all(low - 1 <= pause <= low * 1.2 for low, pause in zip(planned, pauses, strict=True))
    later(days=1)
    send_due()
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.last_error, delivery.next_try_at) == (DeliveryState.GIVEN_UP, "HTTP 503", None)
    later()
    assert send_due() == 0
    assert receiver.count("/hook") == 8


def test_who_says_gone_is_left_alone(receiver, endpoint, paid, order):
    paid()
    other = OutboxEvent.objects.create(order=order, kind=EventKind.ORDER_REOPENED, key="other")
    WebhookDelivery.objects.create(
        endpoint=endpoint, event=other, next_try_at=timezone.now() + datetime.timedelta(hours=1)
    )
    receiver.status = 410
    send_due()
    endpoint.refresh_from_db()
    assert not endpoint.is_active
    assert endpoint.gone_at
    assert {delivery.state for delivery in WebhookDelivery.objects.all()} == {DeliveryState.GIVEN_UP}


def test_given_up_is_sent_again_by_hand(receiver, paid, django_capture_on_commit_callbacks):
    receiver.status = 503
    paid()
    later(days=1)
    send_due()
    receiver.status = 200
    with django_capture_on_commit_callbacks(execute=True):
        resend(WebhookDelivery.objects.get())
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.tries) == (DeliveryState.DELIVERED, 1)


def test_a_crash_while_sending_is_tried_again(receiver, paid, monkeypatch):
    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    paid()
    with monkeypatch.context() as patched:
        patched.setattr("wagtail_epayment.flows.webhook.post", crash)
        with pytest.raises(KeyboardInterrupt):
            send_due()
    assert WebhookDelivery.objects.get().state == DeliveryState.WAITING
    later()
    assert send_due() == 1


def test_nobody_waits_for_a_silent_receiver(receiver, endpoint, site, order):
    """Ten messages for one that is down, then one for another that is up: the second run needs no patience."""
    other = WebhookEndpoint(site=site, name="Other", url=receiver.url + "/other")
    issue_secret(other)
    for number in range(10):
        event = OutboxEvent.objects.create(order=order, kind=EventKind.ORDER_PAID, key=f"k{number}")
        WebhookDelivery.objects.create(endpoint=endpoint, event=event, next_try_at=order.created_at)
    WebhookDelivery.objects.create(endpoint=other, event=event, next_try_at=timezone.now())
    receiver.will("/hook", *[Fault.DROP_BEFORE] * 10)
    assert send_due() == 1
    assert (receiver.count("/hook"), receiver.count("/other")) == (1, 1)


def test_redirects_are_not_followed(receiver, paid):
    receiver.status, receiver.headers = 307, {"Location": receiver.url + "/inside"}
    paid()
    send_due()
    assert receiver.count("/inside") == 0
    assert WebhookDelivery.objects.get().last_error == "HTTP 307"


def test_the_command_sends_and_forgets(receiver, paid, capsys):
    paid()
    call_command("epayment_webhooks")
    assert "webhooks taken: 1" in capsys.readouterr().out
    WebhookDelivery.objects.update(created_at=timezone.now() - datetime.timedelta(days=91))
    assert forget_deliveries() == 1


def test_the_secret_is_encrypted_at_rest(endpoint):
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM wagtail_epayment_webhookendpoint")
        assert endpoint.secret not in str(cursor.fetchall())


INSIDE = [
    "https://127.0.0.1/",
    "https://localhost/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://192.168.1.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fd00::1]/",
    "https://[fe80::1]/",
]


@pytest.fixture
def connected(monkeypatch):
    """Addresses somebody tried to connect to; no connection is made."""
    addresses = []

    def connect(address, *args, **kwargs):
        addresses.append(address)
        raise OSError

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    return addresses


@pytest.mark.parametrize("url", INSIDE)
def test_our_own_network_is_never_called(connected, url):
    answer = post(url, body="{}", headers={})
    assert answer.status is None
    assert answer.error in ("InvalidIPAddress", "ConnectionError", "ConnectTimeout")
    assert connected == []


@pytest.mark.parametrize("url", ["http://example.org/", "ftp://example.org/", "https://a:b@example.org/", "https:///x"])
def test_only_https_without_passwords(connected, url):
    assert "allowed" in post(url, body="{}", headers={}).error
    assert connected == []


def test_a_name_that_changes_its_address_is_connected_where_it_was_checked(connected, monkeypatch):
    answers = iter(["93.184.215.14", "127.0.0.1", "127.0.0.1"])

    def resolve(host, port, *args, **kwargs):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port or 443))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    post("https://rebinding.example/", body="{}", headers={})
    assert {host for host, __ in connected} == {"93.184.215.14"}


def test_a_name_that_leads_inside_is_refused(connected, monkeypatch):
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: inside)
    assert post("https://harmless.example/", body="{}", headers={}).error == "InvalidIPAddress"
    assert connected == []
