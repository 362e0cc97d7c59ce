"""A front end that is not ours lets somebody pay, with the order's token and nothing else."""

from __future__ import annotations

import pytest

from wagtail_epayment.errors import AlreadyStarting, ProviderRefused, ProviderUnavailable
from wagtail_epayment.models import PaymentAttempt
from wagtail_epayment.providers.base import Redirect
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider

from .conftest import ORDERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def front_end(client, order, contract):
    class FrontEnd:
        address = f"{ORDERS}{order.token}/"

        def get(self, path, **headers):
            return client.get(self.address + path, **headers)

        def start(self, way, **headers):
            return client.post(self.address + "payments/", {"way": way}, content_type="application/json", **headers)

        @property
        def ways(self):
            return self.get("ways/").json()

    return FrontEnd()


@pytest.fixture
def bank(monkeypatch):
    """What the bank does when a payment is begun: an address, or an error."""
    answers = {"next": Redirect("sbx_1", "https://bank.example/pay/1")}

    def start(self, attempt, urls):
        answers["urls"] = urls
        if isinstance(answers["next"], Exception):
            raise answers["next"]
        return answers["next"]

    monkeypatch.setattr(SandboxProvider, "start", start)
    return answers


def test_people_choose_how_to_pay_and_are_sent_there(front_end, bank, contract):
    [way] = front_end.ways
    assert way["label"] == contract.label
    answer = front_end.start(way["code"])
    assert answer.status_code == 201
    assert answer.json() == {"redirect_url": "https://bank.example/pay/1"}
    assert front_end.get("").json()["state"] == "pending"
    assert bank["urls"].back.startswith("http://testserver/zahlung/zurueck/")


def test_clicking_twice_is_one_payment(front_end, bank):
    code = front_end.ways[0]["code"]
    assert front_end.start(code).json() == front_end.start(code).json()
    assert PaymentAttempt.objects.count() == 1


def test_a_way_nobody_offers_is_refused(front_end, bank, contract):
    for code in ("nonsense", f"{contract.pk}.gold", "999."):
        answer = front_end.start(code)
        assert (answer.status_code, answer.json()["code"]) == (409, "way_not_offered")
    assert not PaymentAttempt.objects.exists()
    assert front_end.start("").json()["errors"][0]["pointer"] == "/way"


@pytest.mark.parametrize(
    ("error", "status", "code", "wait"),
    [
        (ProviderUnavailable("secret text of the provider"), 503, "provider_unavailable", "60"),
        (ProviderRefused("secret text of the provider"), 503, "provider_refused", None),
    ],
)
def test_trouble_at_the_bank_is_told_without_its_words(front_end, bank, error, status, code, wait):
    bank["next"] = error
    answer = front_end.start(front_end.ways[0]["code"])
    assert (answer.status_code, answer.json()["code"], answer.get("Retry-After")) == (status, code, wait)
    assert b"secret text" not in answer.content


def test_while_the_first_click_is_on_its_way_the_second_waits(front_end, monkeypatch):
    def busy(**kwargs):
        raise AlreadyStarting("")

    monkeypatch.setattr("wagtail_epayment.api.payments.start_payment", busy)
    answer = front_end.start(front_end.ways[0]["code"])
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (409, "in_flight", "3")


def test_banks_are_not_asked_without_end(front_end, bank, settings):
    settings.WAGTAIL_EPAYMENT = settings.WAGTAIL_EPAYMENT | {"START_RATE": "2/min"}
    code = front_end.ways[0]["code"]
    assert [front_end.start(code).status_code for _ in range(3)] == [201, 201, 429]


def test_a_paid_order_offers_no_way_and_has_its_receipt(under_way, front_end, client):
    assert front_end.get("receipts/").json() == []
    under_way.says()
    assert front_end.ways == []
    assert front_end.start("1.").json()["code"] == "nothing_to_pay"
    [receipt] = front_end.get("receipts/").json()
    assert (receipt["kind"], receipt["amount_cents"], receipt["currency"]) == ("payment", 5750, "EUR")
    pdf = client.get(receipt["url"])
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert client.get(receipt["url"]).content == pdf.content


def test_nothing_is_found_at_the_neighbouring_town_or_under_another_order(
    under_way, front_end, client, other_site, site
):
    from wagtail_epayment.flows import NewItem, create_order

    under_way.says()
    entry = under_way.attempt.entries.get()
    for path in ("", "ways/", "receipts/", f"receipts/{entry.pk}/"):
        answer = front_end.get(path, HTTP_HOST=other_site.hostname)
        assert answer.status_code == 404, path
        assert answer["Content-Type"] == "application/problem+json"
    assert front_end.start("1.", HTTP_HOST=other_site.hostname).status_code == 404
    mine = create_order(site=site, purpose="P", items=[NewItem(label="x", unit_cents=1)])
    assert client.get(f"{ORDERS}{mine.token}/receipts/{entry.pk}/").status_code == 404
