"""Beginning a payment as GiroCheckout gets it, over HTTP: it checks our hashes itself."""

from __future__ import annotations

import pytest
from django.utils import translation

from tests.fakes.girocheckout import FakeGiroCheckout
from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable

from .conftest import AFTER, EVERY, URLS, adapter_of, an_attempt, answers, begun, last_form


@pytest.mark.parametrize("method", EVERY)
def test_every_way_of_paying_begins(giro, adapter, method):
    redirect = adapter.start(an_attempt(method), urls=URLS)
    assert redirect.url.startswith(giro.url)
    assert redirect.provider_ref
    form = last_form(giro)
    assert form["projectId"] == giro.projects[method].project_id
    assert form["amount"] == "5750"
    assert form["kassenzeichen"] == "KZ-2026-000017"
    assert form["purpose"] == "KZ-2026-000017 Sperrgutabfu"
    assert form["merchantTxId"] == "KZ2026000017_0a1b2c3d4e5f"


def test_the_page_takes_one_success_and_dies_with_the_attempt(giro, adapter):
    adapter.start(an_attempt(), urls=URLS)
    form = last_form(giro)
    assert form["single"] == "2"
    assert form["expirydate"] == "2026-11-30"
    assert form["test"] == "1"
    assert form["successUrl"] == form["failUrl"] == form["backUrl"] == URLS.back
    assert form["notifyUrl"] == URLS.notify


def test_a_page_without_an_end_lives_for_a_day(giro, adapter):
    adapter.start(an_attempt(expires_at=None), urls=URLS)
    assert len(last_form(giro)["expirydate"]) == 10


def test_a_live_page_takes_real_money(giro):
    adapter_of(giro, is_live=True).start(an_attempt(), urls=URLS)
    assert last_form(giro)["test"] == "0"


def test_texts_are_shortened_to_what_the_page_takes(giro):
    adapter = adapter_of(giro, options={**giro.options(), "organization": "Stadtverwaltung " * 9})
    adapter.start(an_attempt(purpose="ü" * 500, reference="9" * 300, language="en-gb"), urls=URLS)
    form = last_form(giro)
    assert {name: len(form[name]) for name in ("purpose", "description", "organization", "kassenzeichen")} == {
        "purpose": 27, "description": 120, "organization": 70, "kassenzeichen": 255,
    }  # fmt: skip
    assert form["locale"] == "en"


def test_both_generations_of_servers():
    with FakeGiroCheckout(generation=2) as giro:
        assert adapter_of(giro).start(an_attempt(), urls=URLS).provider_ref
        assert giro.calls[-1][1].path == "/girocheckout/v2/paypage/init"


def test_without_a_method_the_first_offered_one_is_taken(giro):
    adapter_of(giro, methods=("wero", "card")).start(an_attempt(""), urls=URLS)
    assert last_form(giro)["projectId"] == giro.projects["wero"].project_id


@pytest.mark.parametrize("fault", AFTER)
def test_a_lost_or_unproven_answer_is_no_refusal(giro, adapter, fault):
    giro.will("paypage/init", fault)
    with pytest.raises(ProviderUnavailable) as caught:
        adapter.start(an_attempt(), urls=URLS)
    assert "pw-" not in str(caught.value)
    assert giro.count("paypage/init") == 1


def test_silence_ends_after_the_contracts_time(giro):
    adapter = adapter_of(giro, timeout=0.2)
    with giro.lock, pytest.raises(ProviderUnavailable, match="ReadTimeout"):
        adapter.start(an_attempt(), urls=URLS)


@pytest.mark.parametrize("changes", [{"amount_cents": -1}, {"currency": ""}])
def test_refused_by_what_was_sent(adapter, changes):
    with pytest.raises(ProviderRefused):
        adapter.start(an_attempt("card", **changes), urls=URLS)


def test_the_same_id_twice_is_refused(adapter):
    begun(adapter)
    with pytest.raises(ProviderRefused, match="5022"):
        begun(adapter)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"credentials": {}}, "password"),
        ({"options": {"merchant_id": "1234567"}}, "project id"),
        ({"options": {"paypage_project_id": "1"}}, "merchant id"),
    ],
)
def test_a_contract_with_gaps_sends_nothing(giro, changes, named):
    with translation.override("en"), pytest.raises(ProviderRefused, match=named):
        adapter_of(giro, **changes).start(an_attempt(), urls=URLS)
    assert giro.calls == []


def test_an_unknown_way_of_paying_sends_nothing(giro, adapter):
    with pytest.raises(ProviderRefused, match="giropay"):
        adapter.start(an_attempt("giropay"), urls=URLS)
    assert giro.calls == []


@pytest.mark.parametrize(
    "url", [None, "", "javascript:alert(1)", "/pay", ["https://x.test"], "https://x.test/" + "x" * 2000]
)
def test_a_payer_is_sent_to_web_addresses_only(adapter, monkeypatch, url):
    answers(monkeypatch, rc=0, reference="r", redirect=url)
    with pytest.raises(ProviderUnavailable):
        adapter.start(an_attempt("card"), urls=URLS)
