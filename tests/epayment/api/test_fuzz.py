"""Whatever somebody sends, the answer is a problem or an order; never an error of ours, never half an order."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wagtail_epayment.models import PaymentOrder

from .conftest import ORDERS, wish

pytestmark = pytest.mark.django_db

_numbers = itertools.count()
fuzzing = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
names = st.sampled_from(
    ["purpose", "items", "currency", "language", "payer", "return_url", "external_id", "due_on", "label", "unit_cents",
     "quantity", "tax_permille", "posting_key", "booking_data", "last_name", "email"]
)  # fmt: skip
objects = st.dictionaries(names, anything, max_size=4)


@pytest.fixture(autouse=True)
def _patience(settings):
    settings.WAGTAIL_EPAYMENT = settings.WAGTAIL_EPAYMENT | {"API_RATE": "100000/min", "START_RATE": "100000/min"}


def judged(answer, before):
    assert answer.status_code in (201, 400), answer.content
    if answer.status_code == 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert PaymentOrder.objects.count() == before
        assert all(error["pointer"].startswith("/") for error in answer.json().get("errors", []) if error["pointer"])
    else:
        order = PaymentOrder.objects.get(token=answer.json()["token"])
        assert order.amount_cents == sum(item.total_cents for item in order.items.all()) > 0


@fuzzing
@given(changes=objects, item=objects, body=anything)
def test_any_json_is_answered(application, changes, item, body):
    good_item = wish()["items"][0]
    bodies = [body, wish() | changes, wish() | {"items": [good_item | item]}]
    for each in bodies:
        before = PaymentOrder.objects.count()
        text = json.dumps(each)
        judged(application.post(ORDERS, text, HTTP_IDEMPOTENCY_KEY=f"fuzz-{next(_numbers)}"), before)


@fuzzing
@given(body=st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_answered(application, client, order, body):
    before = PaymentOrder.objects.count()
    judged(application.post(ORDERS, body, HTTP_IDEMPOTENCY_KEY=f"fuzz-{next(_numbers)}"), before)
    answer = client.post(f"{ORDERS}{order.token}/payments/", body, content_type="application/json")
    assert answer.status_code in (400, 409)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"purpose": ' + "9" * 10_000 + "}",
        '{"purpose": NaN}',
        '{"purpose": "\\ud800", "items": [{"label": "x", "unit_cents": 1}]}',
        '{"purpose": "\\u0000", "items": [{"label": "x", "unit_cents": 1}]}',
        '{"purpose": "P", "items": [{"label": "x", "unit_cents": 1, "booking_data": {"\\u0000": "x"}}]}',
        '{"purpose": "P", "items": [{"label": "x", "unit_cents": 1, "booking_data": {"\\ud800": "x"}}]}',
        '{"purpose": "P", "items": [{"label": "x", "unit_cents": 1, "booking_data": {"a": "\\u0000"}}]}',
    ],
    ids=range(9),
)
def test_what_no_database_can_keep_is_refused(application, text):
    judged(application.post(ORDERS, text, HTTP_IDEMPOTENCY_KEY="k"), 0)
    assert not PaymentOrder.objects.exists()


def test_only_json_is_understood(application, client, order):
    answer = client.post(f"{ORDERS}{order.token}/payments/", {"way": "1."})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
