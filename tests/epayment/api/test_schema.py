"""The OpenAPI description is complete: every operation, its key, its problems, an example; and it does not lie."""

from __future__ import annotations

import pytest
from django.urls import include, path
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

BASE = "/api/epayment/v1/"


@pytest.fixture(scope="module")
def schema():
    GENERATOR_STATS.reset()
    patterns = [path("api/epayment/v1/", include("wagtail_epayment.api.urls"))]
    made = SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)
    assert not GENERATOR_STATS, "no operation was left undescribed"
    validate_schema(made)
    return made


def operations(schema):
    return {
        operation["operationId"]: operation for methods in schema["paths"].values() for operation in methods.values()
    }


def test_every_operation_is_there_and_described(schema):
    found = operations(schema)
    assert set(found) == {
        "health",
        "metrics",
        "order_create",
        "order_status",
        "order_cancel",
        "order_ways",
        "payment_start",
        "order_receipts",
        "order_receipt",
    }
    assert all(len(operation["description"]) > 20 for operation in found.values())


def test_only_applications_need_a_key_and_it_is_described(schema):
    assert schema["components"]["securitySchemes"]["applicationKey"]["scheme"] == "bearer"
    with_key = {name for name, op in operations(schema).items() if {"applicationKey": []} in op.get("security", [])}
    assert with_key == {"order_create", "order_cancel"}


def test_every_problem_is_told_in_the_one_shape(schema):
    for name, operation in operations(schema).items():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], name
                assert response["description"]


def test_creating_an_order_has_header_and_example(schema):
    create = schema["paths"][BASE + "orders/"]["post"]
    header = next(parameter for parameter in create["parameters"] if parameter["in"] == "header")
    assert (header["name"], header["required"]) == ("Idempotency-Key", True)
    assert create["requestBody"]["content"]["application/json"]["examples"]
    assert set(create["responses"]) == {"201", "400", "401", "403", "409", "422", "429"}


@pytest.mark.django_db
def test_the_example_is_one_that_works(schema, application):
    application.row.return_hosts = "antrag.musterstadt.example"
    application.row.save()
    content = schema["paths"][BASE + "orders/"]["post"]["requestBody"]["content"]["application/json"]
    [example] = content["examples"].values()
    answer = application.post(BASE + "orders/", example["value"], HTTP_IDEMPOTENCY_KEY="k")
    assert answer.status_code == 201, answer.content
