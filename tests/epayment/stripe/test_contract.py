"""A contract with Stripe: what it needs, what the connection test finds, and what it never shows."""

from __future__ import annotations

import pytest
from django import forms

from wagtail_epayment.errors import ContractNotUsable, PaymentError, ProviderRefused, ProviderUnavailable
from wagtail_epayment.providers.stripe.adapter import StripeProvider
from wagtail_epayment.providers.stripe.options import OPTION_FIELDS, is_live_key, webhook_secrets

from .conftest import adapter_of


def form(**changes):
    data = {"account_id": "acct_1Muster", "portal": "", "base_url": "", **changes}
    return type("OptionsForm", (forms.Form,), dict(OPTION_FIELDS))(data)


@pytest.mark.parametrize(
    "changes",
    [{}, {"portal": "musterstadt.test-1"}, {"base_url": "http://127.0.0.1:12111"}, {"base_url": "https://x.de"}],
)
def test_what_may_be_entered(changes):
    assert form(**changes).is_valid()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account_id", ""),
        ("account_id", "cus_1"),
        ("portal", "Muster stadt"),
        ("portal", "x" * 41),
        ("base_url", "http://api.stripe.com"),
        ("base_url", "ftp://localhost"),
    ],
)
def test_what_may_not_be_entered(name, value):
    assert list(form(**{name: value}).errors) == [name]


@pytest.mark.parametrize(
    ("key", "is_live"),
    [
        ("sk_live_51abc", True),
        ("rk_live_51abc", True),
        ("sk_test_51abc", False),
        ("rk_test_51abc", False),
        ("pk_live_51abc", None),
        ("sk_live_", None),
        ("sk_live_a b", None),
        ("", None),
    ],
)
def test_a_key_says_whether_it_moves_real_money(key, is_live):
    assert is_live_key(key) is is_live


def test_secrets_of_the_webhook_stand_one_in_a_line():
    assert webhook_secrets({"webhook_secrets": " whsec_a \r\n\nwhsec_b\n"}) == ["whsec_a", "whsec_b"]
    assert webhook_secrets({}) == []


def test_key_and_webhook_secret_are_both_needed():
    assert StripeProvider.required_credentials(methods=[], options={}) == {"secret_key", "webhook_secrets"}


def test_a_right_contract_passes_and_moves_nothing(bank, adapter):
    adapter.check()
    assert {call.method for _, call in bank.calls} == {"GET"}


@pytest.mark.parametrize(
    ("credentials", "error", "words"),
    [
        ({"secret_key": "sk_test_wrong"}, ProviderRefused, "secret key"),
        ({"secret_key": "sk_live_51"}, ProviderRefused, "test key"),
        ({"secret_key": "geheim"}, ProviderRefused, "sk_live_"),
        ({"webhook_secrets": "whsec_a\nwebhook"}, ContractNotUsable, "whsec_"),
    ],
)
def test_wrong_secrets_are_found_out(bank, credentials, error, words, settings):
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(error, match=words):
        adapter_of(bank, credentials=credentials).check()


def test_the_key_of_another_account_is_found_out(bank, adapter):
    bank.account_id = "acct_of_the_next_town"
    with pytest.raises(ContractNotUsable, match="acct_of_the_next_town"):
        adapter.check()


def test_a_restricted_key_that_may_not_enough_is_told_so(bank, adapter, settings):
    settings.LANGUAGE_CODE = "en"
    bank.missing_permission = "/account"
    with pytest.raises(ProviderRefused, match="permission"):
        adapter.check()


def test_a_live_contract_wants_a_stripe_that_says_live(bank):
    bank.key = "rk_live_51"
    with pytest.raises(ContractNotUsable):
        adapter_of(bank, credentials={"secret_key": bank.key}, is_live=True).check()
    bank.is_live = True
    adapter_of(bank, credentials={"secret_key": bank.key}, is_live=True).check()


def test_nobody_there_is_not_a_wrong_key(bank):
    with pytest.raises(ProviderUnavailable):
        adapter_of(bank, options={"base_url": "http://127.0.0.1:9"}).check()


@pytest.mark.parametrize("secret", ["sk_test_ tail4242", "sk_test_ä4242", "sk_test_4242\r\nX-Evil: 1"])
def test_no_error_shows_a_piece_of_the_key(bank, secret):
    for credentials in ({"secret_key": secret}, {"webhook_secrets": secret}):
        with pytest.raises(PaymentError) as raised:
            adapter_of(bank, credentials=credentials).check()
        assert "4242" not in str(raised.value)
