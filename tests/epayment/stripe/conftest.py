from __future__ import annotations

import dataclasses
import datetime

import pytest
from django.utils import timezone

from tests.fakes.server import Fault
from tests.fakes.stripe import FakeStripe
from tests.fakes.stripe_schema import parse
from wagtail_epayment.models import PaymentContract
from wagtail_epayment.providers.base import AttemptView, ContractView, ItemView, RefundView, ReturnUrls
from wagtail_epayment.providers.stripe.adapter import StripeProvider

URLS = ReturnUrls(back="https://stadt.test/zurück/?a=1&b=2", notify="https://stadt.test/melden/")
TX_ID = "KZ2026000017-0a1b2c3d4e5f"
START, REFUND, REFUNDS = "POST /v1/checkout/sessions", "POST /v1/refunds", "GET /v1/refunds"
LOST = [Fault.DROP_BEFORE, Fault.DROP_AFTER, Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.NONSENSE]


@pytest.fixture
def bank():
    """Stripe itself, over HTTP."""
    with FakeStripe() as fake:
        yield fake


@pytest.fixture
def contract(site, bank):
    """The town's contract with Stripe."""
    return PaymentContract.objects.create(
        site=site,
        provider="stripe",
        label="Online bezahlen",
        credentials=bank.credentials(),
        options=bank.options(),
    )


@pytest.fixture
def adapter(bank):
    """The adapter without a database."""
    return adapter_of(bank)


def adapter_of(bank, *, is_live=False, timeout=2.0, credentials=None, options=None):
    return StripeProvider(
        ContractView(
            credentials={**bank.credentials(), **(credentials or {})},
            options={**bank.options(), **(options or {})},
            is_live=is_live,
            timeout=timeout,
        )
    )


def an_attempt(**changes):
    now = timezone.now()
    view = AttemptView(
        merchant_tx_id=TX_ID,
        provider_ref="",
        amount_cents=5750,
        currency="EUR",
        purpose="KZ-2026-000017 Sperrgutabfuhr für Müller & Söhne + 100 %",
        reference="KZ-2026-000017",
        language="de",
        created_at=now,
        expires_at=now + datetime.timedelta(hours=24),
        items=(an_item("Abholung je Stück", 1250, 3), an_item("Expresszuschlag", 2000)),
    )
    return dataclasses.replace(view, **changes)


def an_item(label, cents, quantity=1):
    return ItemView(
        label=label, quantity=quantity, unit_cents=cents, tax_permille=0, posting_key="sperrgut", booking_data={}
    )


def begun(adapter, **changes):
    """An attempt Stripe knows of."""
    attempt = an_attempt(**changes)
    return dataclasses.replace(attempt, provider_ref=adapter.start(attempt, urls=URLS).provider_ref)


def a_refund(bank, **changes):
    view = RefundView(
        key="7b3f9a52-2d0c-4a7e-9a55-0d9f6c1e2b3a",
        provider_ref="",
        payment_ref=bank.session(TX_ID)["payment_intent"],
        amount_cents=1250,
        currency="EUR",
        purpose="KZ-2026-000017 Sperrgutabfuhr",
        submitted_at=timezone.now(),
    )
    return dataclasses.replace(view, **changes)


def asked(bank, operation):
    """The parameters of the last call."""
    call = [call for name, call in bank.calls if name == operation][-1]
    return parse(operation, [*call.form.items(), *call.query.items()])


def paid(bank, adapter, **changes):
    attempt = begun(adapter, **changes)
    bank.payer_pays(TX_ID)
    return attempt
