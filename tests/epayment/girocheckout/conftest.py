from __future__ import annotations

import dataclasses
import datetime
import json
import urllib.parse

import pytest

from tests.fakes.girocheckout import FakeGiroCheckout, hmac_of
from tests.fakes.girocheckout_books import Transaction
from tests.fakes.server import Answer, Fault
from wagtail_epayment.models import PaymentContract
from wagtail_epayment.providers.base import AttemptView, ContractView, RawMessage, RefundView, ReturnUrls
from wagtail_epayment.providers.girocheckout.adapter import GiroCheckoutProvider

URLS = ReturnUrls(back="https://stadt.test/zurück/?a=1&b=2", notify="https://stadt.test/melden/?own=ä+%25")

TX = "KZ2026000017-0a1b2c3d4e5f"
THEIR_TX = "KZ2026000017_0a1b2c3d4e5f"
CHANGED = ["gcReference", "gcMerchantTxId", "gcBackendTxId", "gcAmount", "gcCurrency", "gcResultPayment"]
SINGLE = ["card", "directdebit", "paypal", "direktubw", "wero"]
EVERY = ["paypage", *SINGLE]
#: What may happen to a call so that nobody knows what it did.
AFTER = [
    Fault.DROP_AFTER,
    Fault.ERROR_AFTER,
    Fault.NONSENSE,
    Fault.BAD_SIGNATURE,
    Fault.DROP_BEFORE,
    Fault.ERROR_BEFORE,
]


@pytest.fixture
def giro():
    """GiroCheckout itself, over HTTP."""
    with FakeGiroCheckout() as fake:
        yield fake


@pytest.fixture
def contract(site, giro):
    """The town's contract with GiroCheckout for every way of paying, the payment page first."""
    contract = PaymentContract.objects.create(
        site=site,
        provider="girocheckout",
        label="Online bezahlen",
        credentials=giro.credentials(),
        options=giro.options(),
    )
    contract.methods = [contract.methods.model(code=code, sort_order=n) for n, code in enumerate(giro.projects)]
    contract.save()
    return contract


@pytest.fixture
def adapter(giro):
    """The adapter without a database, for a contract that offers everything."""
    return adapter_of(giro)


def adapter_of(giro, *, methods=(), is_live=False, timeout=2.0, credentials=None, options=None):
    view = ContractView(
        credentials=giro.credentials() if credentials is None else credentials,
        options=giro.options() if options is None else options,
        is_live=is_live,
        timeout=timeout,
        methods=methods or tuple(giro.projects),
    )
    return GiroCheckoutProvider(view)


def an_attempt(method="paypage", **changes):
    view = AttemptView(
        merchant_tx_id="KZ2026000017-0a1b2c3d4e5f",
        provider_ref="",
        amount_cents=5750,
        currency="EUR",
        purpose="KZ-2026-000017 Sperrgutabfuhr für Müller & Söhne + 100 %",
        reference="KZ-2026-000017",
        language="de",
        method=method,
        expires_at=datetime.datetime(2026, 11, 30, 22, 30, tzinfo=datetime.UTC),
    )
    return dataclasses.replace(view, **changes)


def a_refund(**changes):
    view = RefundView(
        key="7b3f9a52-2d0c-4a7e-9a55-0d9f6c1e2b3a",
        provider_ref="",
        payment_ref="",
        amount_cents=1250,
        currency="EUR",
        purpose="KZ-2026-000017 Sperrgutabfuhr",
    )
    return dataclasses.replace(view, **changes)


def begun(adapter, method="paypage", **changes):
    """An attempt GiroCheckout knows of."""
    attempt = an_attempt(method, **changes)
    return dataclasses.replace(attempt, provider_ref=adapter.start(attempt, urls=URLS).provider_ref)


def last_form(giro):
    return giro.calls[-1][1].form


def answers(monkeypatch, **said):
    """The next answers say this, correctly signed."""

    def answer(self, call):
        body = json.dumps({name: value for name, value in said.items() if value is not None}).encode()
        project = next(p for p in self.projects.values() if p.project_id == call.form["projectId"])
        return Answer(body, headers={"hash": hmac_of(body, project.password)})

    monkeypatch.setattr(FakeGiroCheckout, "answer", answer)


def a_message(giro, *, method="card", page=False, result="4000", drop=(), repeat=(), own="", after=(), **changes):
    """A notification with a right hash; ``drop``, ``repeat`` and ``after`` spoil it on the way."""
    project = giro.projects["paypage" if page else method]
    transaction = Transaction(
        "tx-1", project, THEIR_TX, 5750, "EUR", method, result=result, notify_url=f"http://x/?{own}"
    )
    if page:
        transaction.page = object()
    query = urllib.parse.urlsplit(giro.notification(transaction, **changes).url).query
    pairs = [pair for pair in urllib.parse.parse_qsl(query, keep_blank_values=True) if pair[0] not in drop]
    pairs += [(name, value) for name, value in pairs if name in repeat] + list(after)
    return RawMessage(body=urllib.parse.urlencode(pairs).encode(), headers={})
