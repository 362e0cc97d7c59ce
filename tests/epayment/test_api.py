from __future__ import annotations

import pytest
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator

pytestmark = pytest.mark.django_db


def test_a_front_end_learns_how_an_order_stands(client, order):
    answer = client.get(f"/api/epayment/v1/orders/{order.token}/")
    assert answer["Cache-Control"] == "no-store"
    assert answer.json() == {
        "reference": order.reference,
        "purpose": "Sperrgutabfuhr",
        "currency": "EUR",
        "amount_cents": 5750,
        "balance_cents": 0,
        "state": "open",
        "items": [
            {"label": "Abholung je Stück", "quantity": 3, "unit_cents": 1250, "total_cents": 3750},
            {"label": "Expresszuschlag", "quantity": 1, "unit_cents": 2000, "total_cents": 2000},
        ],
        "pay_url": f"http://testserver/zahlung/{order.token}/",
    }


def test_nothing_personal_is_answered(client, site):
    from wagtail_epayment.flows import NewItem, create_order

    payer = {"last_name": "Mustermann"}
    order = create_order(site=site, purpose="P", items=[NewItem(label="x", unit_cents=1)], payer=payer)
    assert b"Mustermann" not in client.get(f"/api/epayment/v1/orders/{order.token}/").content


def test_errors_have_one_shape(client, order, other_site):
    address = f"/api/epayment/v1/orders/{order.token}/"
    wrong = [
        (client.get("/api/epayment/v1/orders/guessed/"), 404),
        (client.get(address, HTTP_HOST=other_site.hostname), 404),
        (client.post(address, {}), 405),
        (client.delete(address), 405),
    ]
    for answer, status in wrong:
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == status
        assert answer.json()["title"]


def test_reading_is_one_query_a_table(client, order, contract, django_assert_max_num_queries):
    address = f"/api/epayment/v1/orders/{order.token}/"
    client.get(address)
    with django_assert_max_num_queries(6):
        client.get(address)


def test_the_interface_is_described(client):
    generator = SchemaGenerator(patterns=[path("api/epayment/v1/", include("wagtail_epayment.api.urls"))])
    schema = generator.get_schema(request=None, public=True)
    described = schema["paths"]["/api/epayment/v1/orders/{token}/"]["get"]
    assert set(described["responses"]) == {"200", "404"}
    assert "never cached" in described["description"]
    assert "overpaid" in schema["components"]["schemas"]["StateEnum"]["enum"]
