"""Another application makes orders: once each, checked strictly, answered without anything personal."""

from __future__ import annotations

import datetime
import json

import pytest
from django.utils import timezone

from wagtail_epayment.errors import InFlight
from wagtail_epayment.flows import create_for_client as flow
from wagtail_epayment.models import IdempotentRequest, PaymentOrder

from .conftest import ORDERS, wish

pytestmark = pytest.mark.django_db


def test_an_application_makes_an_order_and_learns_where_it_is_paid(application, client, site):
    answer = application.orders(
        external_id="2026-4711", return_url="https://antrag.example/4711", due_on="2026-12-24", language="en"
    )
    order = PaymentOrder.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "reference": order.reference,
        "token": order.token,
        "external_id": "2026-4711",
        "currency": "EUR",
        "amount_cents": 5750,
        "created_at": order.created_at.astimezone(timezone.get_current_timezone()).isoformat(),
        "url": f"http://testserver{ORDERS}{order.token}/",
        "pay_url": f"http://testserver/zahlung/{order.token}/",
    }
    assert answer["Location"] == answer.json()["url"]
    assert answer["Cache-Control"] == "no-store"
    assert (order.site, order.language, order.due_on) == (site, "en", datetime.date(2026, 12, 24))
    assert client.get(answer["Location"]).json()["state"] == "open"


def test_the_same_request_again_is_the_same_order(application):
    first = application.orders("k", external_id="4711")
    second = application.orders("k", external_id="4711")
    quoted = application.orders('"k"', external_id="4711")
    assert first.status_code == second.status_code == quoted.status_code == 201
    assert first.content == second.content == quoted.content
    assert PaymentOrder.objects.count() == 1


def test_order_of_fields_and_defaults_do_not_make_another_request(application):
    application.orders("k")
    body = wish(currency="EUR", payer={})
    body["items"][1] |= {"quantity": 1}
    text = json.dumps(dict(reversed(body.items())), indent=3)
    assert application.post(ORDERS, text, HTTP_IDEMPOTENCY_KEY="k").status_code == 201
    assert PaymentOrder.objects.count() == 1


def test_the_same_key_for_another_request_is_refused(application):
    application.orders("k")
    answer = application.orders("k", purpose="Something else")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert PaymentOrder.objects.count() == 1


def test_two_applications_may_use_the_same_keys_and_ids(application, neighbour, other_site):
    assert application.orders("k", external_id="1").status_code == 201
    assert neighbour.orders("k", {"HTTP_HOST": other_site.hostname}, external_id="1").status_code == 201
    assert PaymentOrder.objects.count() == 2


def test_an_external_id_names_one_order(application):
    application.orders("a", external_id="4711")
    answer = application.orders("b", external_id="4711")
    assert (answer.status_code, answer.json()["code"]) == (409, "external_id_taken")
    assert application.orders("b", external_id="4711").status_code == 409, "asked again, still the same"


def test_a_crash_before_the_order_was_made_is_made_up_for(application, monkeypatch):
    def crash(**kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(flow, "create_order", crash)
        with pytest.raises(KeyboardInterrupt):
            application.orders("k")
    assert IdempotentRequest.objects.get().order is None
    assert application.orders("k").status_code == 201
    assert PaymentOrder.objects.count() == 1


def test_what_was_refused_for_its_content_may_be_corrected_under_the_same_key(application):
    assert application.orders("k", purpose="").status_code == 400
    assert application.orders("k").status_code == 201


@pytest.mark.parametrize("key", ["", '"', '""', "a b", "ä", "x" * 256])
def test_without_a_proper_key_nothing_is_made(application, key):
    answer = application.post(ORDERS, wish(), HTTP_IDEMPOTENCY_KEY=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "key_missing")
    assert not PaymentOrder.objects.exists()


def test_keys_are_forgotten_in_the_end_and_orders_never(application):
    application.orders("k")
    IdempotentRequest.objects.update(created_at=timezone.now() - datetime.timedelta(days=8))
    assert flow.forget_requests() == 1
    assert PaymentOrder.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"purpose": None}, "/purpose", "required"),
        ({"purpose": "x" * 141}, "/purpose", "max_length"),
        ({"items": []}, "/items", "empty"),
        ({"items": [{"label": "x", "unit_cents": 12.5}]}, "/items/0/unit_cents", "invalid"),
        ({"items": [{"label": "x", "unit_cents": 12.0}]}, "/items/0/unit_cents", "invalid"),
        ({"items": [{"label": "x", "unit_cents": "1250"}]}, "/items/0/unit_cents", "invalid"),
        ({"items": [{"label": "x", "unit_cents": True}]}, "/items/0/unit_cents", "invalid"),
        ({"items": [{"label": "x", "unit_cents": 10**12}]}, "/items/0/unit_cents", "max_value"),
        ({"items": [{"label": "x", "unit_cents": 1, "quantity": 0}]}, "/items/0/quantity", "min_value"),
        ({"items": [{"label": "x", "unit_cents": 1}, {"unit_cents": 1}]}, "/items/1/label", "required"),
        ({"items": [{"label": "x", "unit_cents": -1}]}, "/items", "invalid"),
        ({"items": [{"label": "x", "unit_cents": 1, "cents": 1}]}, "/items/0/cents", "unknown"),
        ({"due": "2026-12-24"}, "/due", "unknown"),
        ({"currency": "Euro"}, "/currency", "invalid"),
        ({"language": "xx"}, "/language", "unknown"),
        ({"payer": {"email": "nobody"}}, "/payer/email", "invalid"),
        ({"payer": {"iban": "DE00"}}, "/payer/iban", "unknown"),
        ({"return_url": "https://evil.example/"}, "/return_url", "host_not_allowed"),
        ({"return_url": "javascript:alert(1)"}, "/return_url", "invalid"),
        ({"due_on": "tomorrow"}, "/due_on", "invalid"),
    ],
)
def test_a_mistake_is_named_with_its_place(application, changes, pointer, code):
    answer = application.orders(**changes)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert answer.json()["errors"][0]["detail"]
    assert not PaymentOrder.objects.exists()


def test_what_is_no_json_is_a_problem_too(application):
    answer = application.post(ORDERS, "{", HTTP_IDEMPOTENCY_KEY="k")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    answer = application.post(ORDERS, "[1]", HTTP_IDEMPOTENCY_KEY="k")
    assert answer.status_code == 400


def test_problems_speak_the_language_of_the_request(application):
    def told(language):
        answer = application.orders(purpose=None, headers={"HTTP_ACCEPT_LANGUAGE": language})
        assert answer["Content-Language"] == language[:2]
        assert "Accept-Language" in answer["Vary"]
        return answer.json()["errors"][0]["detail"]

    assert told("en") == "This field is required."
    assert told("de-DE,de;q=0.9").startswith("Dieses Feld")


def test_nothing_about_the_payer_is_ever_answered(application, client):
    payer = {"last_name": "Mustermann", "email": "m@example.org", "street": "Geheimweg"}
    answer = application.orders(payer=payer)
    order = PaymentOrder.objects.get()
    assert order.payer == payer
    for said in (answer, client.get(answer["Location"]), client.get(answer["Location"] + "ways/")):
        assert not any(text.encode() in said.content for text in payer.values())


def test_an_unpaid_order_is_withdrawn_by_who_made_it(application, client):
    address = application.orders()["Location"]
    assert application.post(address + "cancellation/").status_code == 204
    assert application.post(address + "cancellation/").status_code == 204, "harmless twice"
    assert client.get(address).json()["state"] == "cancelled"


def test_nobody_else_withdraws_it(application, neighbour, client, order, other_site):
    address = application.orders()["Location"] + "cancellation/"
    assert client.post(address).status_code == 401
    assert neighbour.post(address).status_code == 403
    assert neighbour.post(address, HTTP_HOST=other_site.hostname).status_code == 404
    assert application.post(f"{ORDERS}{order.token}/cancellation/").status_code == 404, "made by the portal itself"
    assert not PaymentOrder.objects.exclude(cancelled_at=None).exists()


def test_money_that_came_cannot_be_withdrawn(application, under_way):
    order = under_way.attempt.order
    PaymentOrder.objects.filter(pk=order.pk).update(external_kind=application.row.external_kind)
    under_way.says()
    answer = application.post(f"{ORDERS}{order.token}/cancellation/")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_cancellable")


def test_a_repetition_while_the_first_is_being_worked_on_is_told_to_wait(application, monkeypatch):
    def busy(**kwargs):
        raise InFlight

    monkeypatch.setattr("wagtail_epayment.api.orders.create_for_client", busy)
    answer = application.orders()
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (409, "in_flight", "1")
