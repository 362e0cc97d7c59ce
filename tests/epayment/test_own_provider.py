"""The how-to's provider, taken from the page as a reader would: a package of its own, paid with over real HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import sys
from pathlib import Path

import pytest
import requests
from django.apps import AppConfig
from django.contrib.auth import get_user_model
from django.utils import timezone

from tests.epayment.bank.conftest import Payer
from tests.fakes.server import Answer, Call, FakeProvider, Fault, Notification
from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable
from wagtail_epayment.flows import approve_refund, poll_attempt, refundable_cents, refunds_due, request_refund
from wagtail_epayment.models import AttemptState, LedgerEntry, PaymentContract, ProviderMessage, Refund, RefundState
from wagtail_epayment.providers.registry import providers
from wagtail_epayment.state import OrderState, order_state

PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/write-a-provider.md"
API_KEY, SIGNING_KEY = "musterschlüssel-1".encode().hex(), "muster-unterschrift"

pytestmark = pytest.mark.django_db(transaction=True)


class MusterBank(FakeProvider):
    """The vendor the page imagines."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, dict] = {}
        self.refunds: dict[str, int] = {}

    def operation(self, call: Call) -> str:
        return "refund" if call.path.endswith("/refunds") else f"{call.method} {call.path.split('/')[1]}"

    def handle(self, call: Call) -> Answer:
        if call.headers.get("x-api-key") != API_KEY:
            return Answer(b"", 401)
        __, kind, *names = call.path.split("/")
        if kind == "account":
            return Answer(b"{}")
        if not names:
            order = json.loads(call.body)
            order |= {"number": f"M{len(self.orders)}", "state": "open", "received": 0}
            self.orders[order["id"]] = order
            return self._says({"number": order["number"], "page": f"{self.url}/page/{order['number']}"})
        if names[0] not in self.orders:
            return Answer(b"", 404)
        if names[1:] == ["refunds"]:
            wish = json.loads(call.body)
            self.refunds.setdefault(wish["key"], wish["cents"])
            return self._says({"number": f"R-{wish['key']}"})
        return self._says(self._statement(names[0]))

    def payer(self, tx_id: str, state: str) -> None:
        order = self.orders[tx_id]
        order |= {"state": state, "received": order["cents"] if state == "paid" else 0}
        body = json.dumps(self._statement(tx_id)).encode()
        signature = hmac.new(SIGNING_KEY.encode(), body, hashlib.sha256).hexdigest()
        self.say(Notification("POST", order["notify"], body, {"X-Musterbank-Signature": signature}))

    def received_cents(self, tx_id: str) -> int:
        return self.orders[tx_id]["received"] - sum(self.refunds.values())

    def _statement(self, tx_id: str) -> dict:
        return {name: self.orders[tx_id][name] for name in ("id", "number", "state", "cents", "currency")}

    def _says(self, said: dict) -> Answer:
        return Answer(json.dumps(said).encode())


def blocks():
    """The page's files by name."""
    found = re.findall(r"```python\n# (musterbank/\w+\.py)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return dict(found)


@pytest.fixture
def vendor():
    with MusterBank() as bank:
        yield bank


@pytest.fixture
def package(tmp_path, monkeypatch, settings):
    """What a third party ships, installed and switched on."""
    for name, code in {"musterbank/__init__.py": "", **blocks()}.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    AppConfig.create("musterbank").ready()
    settings.WAGTAIL_EPAYMENT = {"PROVIDERS": ["musterbank"]}
    yield
    providers._classes.pop("musterbank")
    for name in [name for name in sys.modules if name.split(".")[0] == "musterbank"]:
        del sys.modules[name]


@pytest.fixture
def payer(live_server, site, package, vendor, order):
    site.hostname, site.port = "localhost", int(live_server.url.rsplit(":", 1)[1])
    site.save()
    contract = PaymentContract.objects.create(
        site=site,
        provider="musterbank",
        label="Musterbank",
        credentials={"api_key": API_KEY, "signing_key": SIGNING_KEY},
        options={"base_url": vendor.url},
    )
    return Payer(live_server.url, order, contract)


def begin(payer):
    """Press "pay" without following to the vendor's page; the answer's status."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', payer.opens().page.text)[1]
    data = {"way": f"{payer.contract.pk}.", "csrfmiddlewaretoken": token}
    return payer.session.post(payer.page.url, data=data, allow_redirects=False)


def test_it_is_one_class_of_under_a_hundred_lines(package):
    assert set(blocks()) == {"musterbank/apps.py", "musterbank/adapter.py"}
    assert len(blocks()["musterbank/adapter.py"].splitlines()) < 100
    assert [cls.name for cls in providers.enabled()] == ["musterbank"]


def test_an_order_is_paid_with_it(payer, vendor, order):
    assert begin(payer).headers["Location"] == f"{vendor.url}/page/M0"
    attempt = order.attempts.get()
    assert attempt.state == AttemptState.PENDING
    vendor.payer(attempt.merchant_tx_id, "paid")
    assert vendor.deliver(times=2) == [200, 200]
    assert order_state(order) == OrderState.PAID
    assert LedgerEntry.objects.get().amount_cents == vendor.received_cents(attempt.merchant_tx_id)
    assert "Ihre Zahlung ist eingegangen" in payer.opens().page.text


def test_a_cancelled_payment_and_a_lost_notification(payer, vendor, order):
    begin(payer)
    first = order.attempts.get()
    vendor.payer(first.merchant_tx_id, "cancelled")
    poll_attempt(first)
    assert order_state(order) == OrderState.OPEN
    vendor.payer(first.merchant_tx_id, "paid")
    poll_attempt(first)
    assert order_state(order) == OrderState.PAID
    assert vendor.deliver() == [200, 200]
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.ERROR_AFTER, Fault.NONSENSE], ids=str)
def test_a_lost_answer_is_asked_about(payer, vendor, order, fault):
    vendor.will("POST orders", fault)
    assert begin(payer).status_code == 503
    attempt = order.attempts.get()
    assert attempt.state == AttemptState.UNKNOWN
    vendor.payer(attempt.merchant_tx_id, "paid")
    poll_attempt(attempt)
    assert order_state(order) == OrderState.PAID


def test_a_forgery_and_a_wrong_amount_book_nothing(payer, vendor, order):
    begin(payer)
    tx_id = order.attempts.get().merchant_tx_id
    forged = json.dumps(vendor._statement(tx_id) | {"state": "paid"}).encode()
    notify = vendor.orders[tx_id]["notify"]
    assert requests.post(notify, data=forged, timeout=5).status_code == 503
    assert requests.post(notify, data=b"{}", timeout=5).status_code == 400
    vendor.orders[tx_id]["cents"] = 1
    vendor.payer(tx_id, "paid")
    vendor.deliver()
    assert not LedgerEntry.objects.exists()
    assert ProviderMessage.objects.filter(is_verified=True).exclude(discrepancy="").exists()


def test_money_goes_back_once_even_if_the_answer_is_lost(payer, vendor, order):
    begin(payer)
    vendor.payer(order.attempts.get().merchant_tx_id, "paid")
    vendor.deliver()
    vendor.will("refund", Fault.DROP_AFTER)
    entry = LedgerEntry.objects.get()
    clerk, chief = (get_user_model().objects.create_user(name) for name in ("frau.schmidt", "herr.kaya"))
    refund = request_refund(
        payment=entry, amount_cents=1000, believed_cents=refundable_cents(entry), reason="Termin fiel aus", user=clerk
    )
    approve_refund(refund, user=chief)
    Refund.objects.update(next_poll_at=timezone.now())
    refunds_due()
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    assert vendor.received_cents(order.attempts.get().merchant_tx_id) == 4750
    assert sum(LedgerEntry.objects.values_list("amount_cents", flat=True)) == 4750


def test_the_contract_can_be_tried(payer, vendor):
    providers.for_contract(payer.contract).check()
    payer.contract.credentials = {"api_key": "veraltet", "signing_key": SIGNING_KEY}
    with pytest.raises(ProviderRefused) as refused:
        providers.for_contract(payer.contract).check()
    assert "veraltet" not in str(refused.value)
    payer.contract.options = {"base_url": "http://127.0.0.1:9/"}
    with pytest.raises(ProviderUnavailable):
        providers.for_contract(payer.contract).check()
