"""The sandbox bank without a network: its views behind a wire that can break, and what it tells the merchant."""

from __future__ import annotations

import json
import re

import pytest
import requests

from wagtail_epayment.providers.base import AttemptView, ReturnUrls
from wagtail_epayment.providers.registry import providers
from wagtail_epayment.providers.sandbox import adapter, notices
from wagtail_epayment.providers.sandbox.models import SandboxMerchant, SandboxPayment
from wagtail_epayment.providers.sandbox.signing import HEADER

VIEW = AttemptView("tx-1", "", 5750, "EUR", "Sperrgut", "4711", "de")
URLS = ReturnUrls(back="http://testserver/back/", notify="http://testserver/notify/")
ORDER = {
    "tx_id": "tx-1",
    "amount_cents": 5750,
    "currency": "EUR",
    "purpose": "Sperrgut",
    "language": "de",
    "back_url": "http://testserver/back/",
    "notify_url": "http://testserver/notify/",
}


@pytest.fixture
def wire(client, monkeypatch):
    """Carries the adapter's requests to the bank's views; ``wire.cut`` breaks the line in a way of its own."""

    class Wire:
        cut = None

        def __call__(self, method, url, *, data, headers, timeout, allow_redirects):
            assert timeout
            assert not allow_redirects
            if isinstance(self.cut, Exception):
                raise self.cut
            path = url.split("/", 3)[3]
            answer = client.generic(method, f"/{path}", data, content_type="application/json", headers=headers)
            if answer.streaming:
                with pytest.raises(ConnectionResetError):
                    list(answer)
                raise requests.ConnectionError
            response = requests.Response()
            response.status_code = answer.status_code
            response._content = answer.content
            response.headers[HEADER] = answer.headers.get(HEADER, "")
            return self.cut(response) or response if self.cut else response

    wire = Wire()
    monkeypatch.setattr(adapter.requests, "request", wire)
    return wire


@pytest.fixture
def provider(contract, wire):
    return providers.for_contract(contract)


@pytest.fixture
def payment(contract):
    fields = {name: value for name, value in ORDER.items() if name != "tx_id"}
    return SandboxPayment.objects.create(merchant=SandboxMerchant.objects.get(), tx_id="tx-1", **fields)


@pytest.fixture
def told(monkeypatch):
    """What the bank told the merchant; ``told.answers`` is used up from the front."""

    class Told(list):
        answers = [200]

    told = Told()

    def post(url, *, data, headers, timeout, allow_redirects):
        told.append(json.loads(data))
        response = requests.Response()
        response.status_code = told.answers.pop(0) if len(told.answers) > 1 else told.answers[0]
        return response

    monkeypatch.setattr(notices.requests, "post", post)
    return told


@pytest.fixture
def payer(live_server, site, contract, order):
    """Somebody with a browser in front of the pay page, without JavaScript."""
    site.hostname, site.port = "localhost", int(live_server.url.rsplit(":", 1)[1])
    site.save()
    contract.options = {"base_url": f"{live_server.url}/sandbox-bank/"}
    contract.save()
    return Payer(live_server.url, order, contract)


class Payer:
    def __init__(self, base, order, contract):
        self.base, self.order, self.contract, self.session = base, order, contract, requests.Session()
        self.page = None

    def opens(self):
        self.page = self.session.get(f"{self.base}/zahlung/{self.order.token}/")
        return self

    def presses(self, **data):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page.text)[1]
        self.page = self.session.post(self.page.url, data={**data, "csrfmiddlewaretoken": token})
        return self

    def goes_to_bank(self):
        return self.opens().presses(way=f"{self.contract.pk}.")
