"""The shape of our requests, judged by Stripe's own stripe-mock: it knows every parameter and no state."""

from __future__ import annotations

import datetime
import os

import pytest
import requests

from wagtail_epayment.errors import ContractNotUsable, ProviderRefused, ProviderUnavailable
from wagtail_epayment.providers.base import ContractView, RefundView
from wagtail_epayment.providers.stripe.adapter import StripeProvider

from .conftest import URLS, an_attempt

MOCK = os.environ.get("STRIPE_MOCK_URL", "").rstrip("/")
pytestmark = pytest.mark.skipif(
    not MOCK,
    reason="STRIPE_MOCK_URL is not set: run https://github.com/stripe/stripe-mock (its image or "
    "`go install github.com/stripe/stripe-mock@latest && stripe-mock -http-port 12111`) and set it to "
    "http://127.0.0.1:12111.",
)


@pytest.fixture
def adapter():
    return StripeProvider(
        ContractView(
            credentials={"secret_key": "sk_test_123", "webhook_secrets": "whsec_test"},
            options={"base_url": MOCK, "account_id": "acct_other"},
            is_live=False,
            timeout=10,
        )
    )


def test_it_is_there_and_judges():
    headers = {"Authorization": "Bearer sk_test_123"}
    answer = requests.post(f"{MOCK}/v1/checkout/sessions", data={"mode": "gift"}, headers=headers, timeout=10)
    assert answer.status_code == 400


def test_a_session_is_begun(adapter):
    assert adapter.start(an_attempt(), urls=URLS).provider_ref


def test_a_session_is_asked_for(adapter):
    # It answers with a session of its own, and that is noticed: the request itself was right.
    with pytest.raises(ProviderUnavailable, match="another payment"):
        adapter.fetch(an_attempt(provider_ref="cs_test_123"))


def a_refund(provider_ref=""):
    return RefundView(
        key="k", provider_ref=provider_ref, payment_ref="pi_123", amount_cents=100, currency="EUR", purpose="Sperrgut"
    )


def test_a_refund_is_made(adapter):
    _raw, word = adapter.refund(an_attempt(), a_refund())
    assert (word.amount_cents, word.payment_ref, word.refund_ref[:3]) == (100, "pi_123", "re_")


def test_a_refund_is_asked_for(adapter):
    with pytest.raises(ProviderUnavailable, match="another payment"):
        adapter.fetch_refund(an_attempt(), a_refund("re_123"))


def test_a_refund_whose_name_was_lost_is_looked_for(adapter):
    with pytest.raises(ProviderRefused):
        adapter.fetch_refund(an_attempt(), a_refund())


def test_payouts_are_read_with_their_parts(adapter):
    (report,) = [report for _raw, report in adapter.fetch_settlements(since=datetime.date(2026, 11, 1))]
    assert report.lines


def test_the_account_is_read(adapter):
    with pytest.raises(ContractNotUsable, match="acct_"):
        adapter.check()
