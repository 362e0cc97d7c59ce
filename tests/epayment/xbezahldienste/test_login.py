"""Proving who we are: OAuth 2 with a kept token, client certificates, user name and password."""

from __future__ import annotations

import logging
import re
import tempfile

import pytest
from django.core.cache import cache

from tests.fakes.certificates import Certificate
from tests.fakes.server import Fault
from tests.fakes.xbezahldienste import CLIENT_SECRET, PASSWORD, FakeXBezahldienste
from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable

from .conftest import CREDENTIALS, URLS, credentials, provider_for, view


def test_a_token_is_fetched_once_and_kept(operator):
    provider_for(operator).start(view(), urls=URLS)
    provider_for(operator).check()
    assert operator.count("token") == 1


def test_a_token_near_its_end_is_not_used(operator):
    operator.token_seconds = 30
    provider_for(operator).check()
    provider_for(operator).check()
    assert operator.count("token") == 2


def test_a_token_of_unsaid_lifetime_is_kept_for_a_moment(operator):
    operator.token_seconds = None
    provider_for(operator).check()
    provider_for(operator).check()
    assert operator.count("token") == 1


def test_a_token_ended_early_is_replaced_once(operator):
    provider_for(operator).check()
    operator.ends_all_tokens()
    provider_for(operator).start(view(), urls=URLS)
    assert (operator.count("token"), operator.count("create")) == (2, 2)
    assert len(operator.payments) == 1


def test_an_operator_that_never_accepts_a_token_is_not_asked_for_ever(operator, monkeypatch):
    monkeypatch.setattr(operator, "tokens", type("Forgetful", (dict,), {"get": lambda self, key, other: other})())
    with pytest.raises(ProviderRefused):
        provider_for(operator).check()
    assert (operator.count("token"), operator.count("status")) == (2, 2)


def test_the_token_lies_encrypted_in_the_cache_and_is_never_logged(operator, caplog):
    caplog.set_level(logging.DEBUG)
    provider_for(operator).check()
    [token] = operator.tokens
    [kept] = cache._cache.values()
    assert token.encode() not in kept
    assert token not in caplog.text
    assert CLIENT_SECRET not in caplog.text


def test_a_new_secret_never_meets_an_old_token(operator):
    provider_for(operator).check()
    with pytest.raises(ProviderRefused) as caught:
        provider_for(operator, secrets=CREDENTIALS["oauth2"] | {"client_secret": "veraltet"}).check()
    assert "veraltet" not in str(caught.value)


def test_a_kept_token_nobody_can_read_is_fetched_anew(operator, settings):
    provider_for(operator).check()
    [key] = [key.split(":", 2)[2] for key in cache._cache]
    cache.set(key, b"garbage")
    provider_for(operator).check()
    assert operator.count("token") == 2


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.ERROR_BEFORE, Fault.NONSENSE], ids=str)
def test_without_a_token_nothing_is_sent(operator, fault):
    operator.will("token", fault)
    with pytest.raises(ProviderUnavailable):
        provider_for(operator).start(view(), urls=URLS)
    assert operator.count("create") == 0


def test_user_name_and_password():
    with FakeXBezahldienste("basic") as operator:
        provider_for(operator).start(view(), urls=URLS)
        with pytest.raises(ProviderRefused) as caught:
            provider_for(operator, secrets=CREDENTIALS["basic"] | {"username": "jemand"}).check()
    assert PASSWORD not in str(caught.value)
    assert len(operator.payments) == 1


@pytest.mark.parametrize(
    ("kind", "password"), [("mtls_pem", ""), ("mtls_pem", "mit Kennwort"), ("mtls_p12", "")], ids=str
)
def test_client_certificates(tls_operator, kind, password, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    secrets = credentials(tls_operator, kind=kind, password=password)
    provider = provider_for(tls_operator, auth=kind, secrets=secrets)
    provider.check()
    attempt = view(merchant_tx_id=f"m-{len(tls_operator.payments)}")
    assert provider.start(attempt, urls=URLS).url.startswith("https://")
    assert list(tmp_path.iterdir()) == []


def test_a_certificate_pasted_into_one_line_is_understood(tls_operator):
    given = credentials(tls_operator)
    for lost in ("", " "):
        secrets = {name: text.replace("\n", lost) for name, text in given.items()}
        provider_for(tls_operator, secrets=secrets).check()


def test_a_stranger_with_a_certificate_of_its_own_is_not_let_in(tls_operator):
    stranger = Certificate("Fremde", Certificate("Fremde Behörde"))
    secrets = {"certificate": stranger.pem, "private_key": stranger.key_pem()}
    with pytest.raises(ProviderUnavailable):
        provider_for(tls_operator, secrets=secrets).check()


def test_an_operator_of_an_unknown_authority_is_told_nothing(tls_operator):
    before = len(tls_operator.calls)
    for authority in ("", Certificate("Fremde Behörde").pem):
        with pytest.raises(ProviderUnavailable, match=r"No secure connection|Keine sichere Verbindung"):
            provider_for(tls_operator, ca_certificate=authority).start(view(), urls=URLS)
    assert len(tls_operator.calls) == before


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("mtls_pem", {"private_key": "kein Schlüssel"}),
        ("mtls_pem", {"private_key_password": "falsch"}),
        ("mtls_pem", {"certificate": ""}),
        ("mtls_pem", {"certificate": Certificate("anderes").pem}),
        ("mtls_p12", {"p12_password": "falsch"}),
        ("mtls_p12", {"p12": "AAAA"}),
        ("mtls_p12", {"p12": "ä"}),
    ],
    ids=["no key", "wrong password", "none", "another", "wrong p12 password", "cut p12", "odd p12"],
)
def test_a_certificate_that_cannot_be_read_is_refused_without_a_word_of_it(tls_operator, kind, change):
    secrets = credentials(tls_operator, kind=kind, password="richtig")
    with pytest.raises(ProviderRefused, match="nicht lesbar") as caught:
        provider_for(tls_operator, auth=kind, secrets=secrets | change).check()
    assert caught.value.__cause__ is None
    assert not any(re.search(re.escape(part), str(caught.value)) for part in ("BEGIN", "richtig", "falsch"))
