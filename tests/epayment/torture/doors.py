"""Every provider with a payment under way, and what it really said about it: the material forgers work with."""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass, field

from tests.fakes.girocheckout import FakeGiroCheckout
from tests.fakes.stripe import FakeStripe
from wagtail_epayment.models import PaymentAttempt, PaymentContract

from .bank import FakeBank
from .conftest import contract_with, giro_contract
from .story import Town


@dataclass
class Genuine:
    """A notification as it goes over the line; ``query`` for a provider that calls by GET."""

    path: str
    body: bytes = b""
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, client, **changes):
        told = {"method": "GET" if self.query else "POST", "body": self.body, "query": self.query} | changes
        kind = told.pop("kind", "application/json")
        return client.generic(
            told["method"], told.get("path", self.path), told["body"], content_type=kind,
            headers=told.get("headers", self.headers), QUERY_STRING=told["query"],
        )  # fmt: skip


@dataclass
class Door:
    """A provider's notify address, one payment under way and one more that forgers would like to use."""

    name: str
    attempt: PaymentAttempt
    other: PaymentAttempt
    paid: Genuine
    failed: Genuine

    @property
    def path(self):
        return self.paid.path


class HouseBankDoor:
    name, fake, method = "housebank", FakeBank, ""

    def contract(self, site, fake):
        return contract_with(site, fake)

    def say(self, fake, tx_id, *, is_paid):
        fake.pay(tx_id) if is_paid else fake.end(tx_id, "failed")
        return fake.waiting.pop()


class GiroDoor:
    name, fake, method = "girocheckout", FakeGiroCheckout, "card"

    def contract(self, site, fake):
        return giro_contract(site, fake)

    def say(self, fake, tx_id, *, is_paid):
        fake.payer_pays(tx_id) if is_paid else fake.payer_fails(tx_id)
        return fake.waiting.pop()


class StripeDoor:
    name, fake, method = "stripe", FakeStripe, ""

    def contract(self, site, fake):
        contract = PaymentContract.objects.create(
            site=site, provider="stripe", label="Karte", credentials=fake.credentials(), options=fake.options()
        )
        fake.webhook_url = f"http://testserver/zahlung/melden/stripe/{contract.pk}/"
        return contract

    def say(self, fake, tx_id, *, is_paid):
        fake.payer_pays(tx_id) if is_paid else fake.page_expires(tx_id)
        return fake.waiting.pop()


KINDS = (HouseBankDoor(), GiroDoor(), StripeDoor())


def open_door(kind, site, fake):
    """Two payments begun; the first was paid and the second failed, but nothing of it has been delivered."""
    contract = kind.contract(site, fake)
    town = Town(site, contract)
    attempt, other = town.begun(kind.method), town.begun(kind.method)
    paid = kind.say(fake, attempt.merchant_tx_id, is_paid=True)
    failed = kind.say(fake, other.merchant_tx_id, is_paid=False)
    return Door(kind.name, attempt, other, _genuine(paid), _genuine(failed))


def _genuine(notification):
    parts = urllib.parse.urlsplit(notification.url)
    headers = {name: value for name, value in notification.headers.items() if name != "Content-Type"}
    return Genuine(parts.path, notification.body, parts.query, headers)
