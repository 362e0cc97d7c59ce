from __future__ import annotations

import base64

import pytest
from django.core.cache import cache

from tests.fakes.certificates import Certificate
from tests.fakes.xbezahldienste import (
    CLIENT_ID,
    CLIENT_SECRET,
    ENDPOINT,
    ORIGINATOR,
    PASSWORD,
    USERNAME,
    FakeXBezahldienste,
)
from wagtail_epayment.providers.base import AttemptView, ContractView, ItemView, ReturnUrls
from wagtail_epayment.providers.xbezahldienste.adapter import XBezahldiensteProvider

URLS = ReturnUrls(back="https://stadt.example/zahlung/zurueck/x/", notify="")
CREDENTIALS = {
    "oauth2": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET},
    "basic": {"username": USERNAME, "password": PASSWORD},
}


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def operator():
    with FakeXBezahldienste() as fake:
        yield fake


@pytest.fixture(scope="session")
def tls_operator():
    with FakeXBezahldienste("mtls") as fake:
        yield fake


def options(fake, **changes):
    given = {
        "operator": "other",
        "auth": fake.auth,
        "base_url": fake.url,
        "originator_id": ORIGINATOR,
        "endpoint_id": ENDPOINT,
    }
    if fake.auth == "mtls":
        given |= {"auth": "mtls_pem", "ca_certificate": fake.authority.pem}
    return given | changes


def credentials(fake, *, kind="mtls_pem", password=""):
    if fake.auth != "mtls":
        return CREDENTIALS[fake.auth]
    own = Certificate("Stadt Musterstadt", fake.authority)
    if kind == "mtls_p12":
        return {"p12": base64.b64encode(own.p12("p12-geheim", fake.authority)).decode(), "p12_password": "p12-geheim"}
    secrets = {"certificate": own.pem, "private_key": own.key_pem(password)}
    return secrets | {"private_key_password": password} if password else secrets


def provider_for(fake, *, secrets=None, **changes):
    view = ContractView(
        credentials=credentials(fake) if secrets is None else secrets,
        options=options(fake, **changes),
        is_live=False,
        timeout=5,
    )
    return XBezahldiensteProvider(view)


def view(**changes):
    fields = {
        "merchant_tx_id": "2607110815001-a1b2c3",
        "provider_ref": "",
        "amount_cents": 5750,
        "currency": "EUR",
        "purpose": "2607110815001 Sperrgutabfuhr",
        "reference": "2607110815001",
        "language": "de",
        "items": (item(quantity=3), item("Expresszuschlag", 2000, key="sperrgut.express")),
        "payer": {"first_name": "Zoë", "last_name": "O’Brien"},
    }
    return AttemptView(**(fields | changes))


def item(label="Abholung je Stück", cents=1250, *, quantity=1, tax=0, key="sperrgut", data=None):
    return ItemView(label, quantity, cents, tax, key, data or {})
