from __future__ import annotations

import itertools

import pytest
from django.core.cache import cache

from wagtail_epayment.flows.connect import issue_key, issue_secret
from wagtail_epayment.models import ApiClient, WebhookEndpoint

ORDERS = "/api/epayment/v1/orders/"


@pytest.fixture(autouse=True)
def _nobody_has_called_yet():
    cache.clear()


class Application:
    """Another application with its key, calling from the town's host unless told otherwise."""

    def __init__(self, http, row, key):
        self.http, self.row, self.key = http, row, key
        self._numbers = itertools.count()

    def post(self, address, body=None, **headers):
        given = {"HTTP_AUTHORIZATION": f"Bearer {self.key}"} | headers
        return self.http.post(address, body or {}, content_type="application/json", **given)

    def orders(self, idempotency_key=None, headers=None, **changes):
        key = idempotency_key or f"key-{next(self._numbers)}"
        return self.post(ORDERS, wish(**changes), **{"HTTP_IDEMPOTENCY_KEY": key} | (headers or {}))


def wish(**changes):
    body = {
        "purpose": "Sperrgutabfuhr",
        "items": [{"label": "Abholung", "unit_cents": 1250, "quantity": 3}, {"label": "Express", "unit_cents": 2000}],
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


@pytest.fixture
def application(client, site):
    row = ApiClient(site=site, name="Fachverfahren", return_hosts="antrag.example\nlocal.example:8443")
    return Application(client, row, issue_key(row))


@pytest.fixture
def neighbour(client, other_site):
    """An application of the neighbouring town."""
    row = ApiClient(site=other_site, name="Nachbar")
    return Application(client, row, issue_key(row))


@pytest.fixture
def endpoint(site):
    """Where another application of the town wants to hear of orders."""
    row = WebhookEndpoint(site=site, name="Fachverfahren", url="https://fach.example/hooks/geheim")
    issue_secret(row)
    return row
