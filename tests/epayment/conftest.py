from __future__ import annotations

import dataclasses
import json

import pytest
from django.utils import timezone

from wagtail_epayment.flows import NewItem, create_order, start_payment
from wagtail_epayment.models import PaymentContract
from wagtail_epayment.providers.base import RawMessage, ReturnUrls
from wagtail_epayment.providers.sandbox.models import SandboxMerchant
from wagtail_epayment.providers.sandbox.signing import HEADER, sign

SECRET = "bank-secret-4711"


@pytest.fixture
def contract(site):
    SandboxMerchant.objects.create(merchant_id="musterstadt", secret=SECRET)
    return PaymentContract.objects.create(
        site=site,
        provider="sandbox",
        label="Testzahlung",
        credentials={"merchant_id": "musterstadt", "secret": SECRET},
        options={"base_url": "http://127.0.0.1:9/sandbox-bank/"},
    )


@pytest.fixture
def order(site):
    return create_order(
        site=site,
        purpose="Sperrgutabfuhr",
        items=[
            NewItem(label="Abholung je Stück", unit_cents=1250, quantity=3, posting_key="sperrgut"),
            NewItem(label="Expresszuschlag", unit_cents=2000, posting_key="sperrgut.express"),
        ],
    )


def said(attempt, state="succeeded", **changes):
    """A statement of the bank about an attempt; a field set to None is left out."""
    attempt.refresh_from_db()
    fields = {
        "tx_id": attempt.merchant_tx_id,
        "ref": "sbx_1",
        "state": state,
        "amount_cents": attempt.amount_cents,
        "currency": "EUR",
        "payment_ref": "tr_1" if state == "succeeded" else "",
        "at": timezone.now().isoformat(),
        "event_id": f"{attempt.pk}:{state}:{changes.get('payment_ref', 'tr_1')}",
    } | changes
    return {key: value for key, value in fields.items() if value is not None}


def signed(fields, secret=SECRET):
    body = json.dumps(fields).encode()
    return RawMessage(body=body, headers={HEADER: sign(body, secret)})


@dataclasses.dataclass
class Attempted:
    """An attempt under way, and what the bank could say about it."""

    attempt: object
    client: object

    def says(self, state="succeeded", *, secret=SECRET, **changes):
        message = signed(said(self.attempt, state, **changes), secret)
        return self.client.post(
            f"/zahlung/melden/sandbox/{self.attempt.contract_id}/",
            message.body,
            content_type="application/json",
            headers=message.headers,
        )


@pytest.fixture
def under_way(order, contract, client, monkeypatch, django_capture_on_commit_callbacks):
    """A payment the bank took; the bank's answer is given here, its notifications come by HTTP."""
    from wagtail_epayment.providers.base import Redirect
    from wagtail_epayment.providers.sandbox.adapter import SandboxProvider

    monkeypatch.setattr(
        SandboxProvider, "start", lambda self, attempt, urls: Redirect("sbx_1", "http://testserver/sandbox-bank/pay/x/")
    )
    start_payment(order=order, contract=contract, urls=lambda attempt: ReturnUrls(back="b", notify="n"))
    return Attempted(order.attempts.get(), client)
