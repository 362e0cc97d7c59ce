"""Asking GiroCheckout what became of a payment, over HTTP, and what its answers are worth."""

from __future__ import annotations

import dataclasses

import pytest

from wagtail_epayment.errors import ContractNotUsable, ProviderRefused, ProviderUnavailable
from wagtail_epayment.models import AttemptState

from .conftest import AFTER, EVERY, adapter_of, an_attempt, answers, begun


def test_while_the_payer_is_at_it_nothing_is_decided(adapter):
    __, word = adapter.fetch(begun(adapter))
    assert word.state == AttemptState.PENDING
    assert (word.amount_cents, word.currency) == (5750, "EUR")


@pytest.mark.parametrize("method", EVERY)
@pytest.mark.parametrize(
    ("result", "state"),
    [("4000", "succeeded"), ("4502", "cancelled"), ("4501", "expired"), ("4500", "unknown"), ("4900", "failed")],
)
def test_what_became_of_it(giro, adapter, method, result, state):
    attempt = begun(adapter, method)
    giro.payer_ends(attempt.merchant_tx_id, result)
    __, word = adapter.fetch(attempt)
    assert (word.state, word.amount_cents, word.currency) == (state, 5750, "EUR")
    assert word.is_verified
    assert (word.merchant_tx_id, word.provider_ref) == (attempt.merchant_tx_id, attempt.provider_ref)


@pytest.mark.parametrize("names_page", [True, False])
def test_a_page_may_answer_under_either_reference(giro, adapter, names_page):
    giro.status_names_page = names_page
    attempt = begun(adapter)
    transaction = giro.payer_pays(attempt.merchant_tx_id)
    __, word = adapter.fetch(attempt)
    assert word.provider_ref == attempt.provider_ref
    assert word.payment_ref == ("" if names_page else transaction.reference)


def test_a_lie_about_the_amount_is_handed_on_for_comparison(giro, adapter):
    attempt = begun(adapter)
    giro.payer_pays(attempt.merchant_tx_id, told_amount=1)
    assert adapter.fetch(attempt)[1].amount_cents == 1


def test_who_paid_is_not_kept(giro, adapter):
    giro.tells_payer = True
    attempt = begun(adapter, "direktubw")
    giro.payer_pays(attempt.merchant_tx_id)
    raw, __ = adapter.fetch(attempt)
    assert b"obvName" not in raw.body
    assert b"5750" in raw.body


def test_without_a_reference_there_is_nobody_to_ask(giro, adapter):
    with pytest.raises(ProviderRefused):
        adapter.fetch(an_attempt())
    assert giro.calls == []


def test_an_unknown_reference_is_not_known(adapter):
    with pytest.raises(ProviderRefused):
        adapter.fetch(an_attempt(provider_ref="tx-9"))


@pytest.mark.parametrize("fault", AFTER)
def test_no_answer_leaves_everything_open(giro, adapter, fault):
    attempt = begun(adapter)
    giro.payer_pays(attempt.merchant_tx_id)
    giro.will("transaction/status", fault)
    with pytest.raises(ProviderUnavailable):
        adapter.fetch(attempt)
    assert adapter.fetch(attempt)[1].state == AttemptState.SUCCEEDED


@pytest.mark.parametrize("rc", [5000, 5001, 5002, 5020, 5100, 9999, "x", None, True, 1.5])
def test_a_refused_question_is_no_word_about_the_payment(adapter, monkeypatch, rc):
    answers(monkeypatch, rc=rc, resultPayment="4000", amount=5750, currency="EUR")
    with pytest.raises(ProviderUnavailable):
        adapter.fetch(an_attempt(provider_ref="r"))


def test_a_contract_with_gaps_is_no_word_about_the_payment(giro):
    with pytest.raises(ContractNotUsable):
        adapter_of(giro, credentials={}).fetch(an_attempt(provider_ref="r"))


@pytest.mark.parametrize(
    "said",
    [
        {"amount": None},
        {"currency": None},
        {"amount": 57.5},
        {"amount": "57,50"},
        {"amount": "٥"},
        {"amount": True},
        {"amount": {}},
        {"merchantTxId": "another"},
        {"reference": "another"},
        {"resultPayment": ["4000"]},
        {"currency": "EUR\n"},
    ],
)
def test_an_answer_that_does_not_fit_books_nothing(adapter, monkeypatch, said):
    whole = {"rc": "0", "reference": "r", "resultPayment": 4000, "amount": "5750", "currency": "EUR"}
    attempt = an_attempt("card", provider_ref="r")
    answers(monkeypatch, **whole)
    assert adapter.fetch(attempt)[1].state == AttemptState.SUCCEEDED
    answers(monkeypatch, **{**whole, **said})
    with pytest.raises(ProviderUnavailable):
        adapter.fetch(attempt)


def test_an_attempt_is_asked_about_where_it_began(giro):
    attempt = begun(adapter_of(giro), "card")
    moved = {**giro.options(), "card_project_id": "1", "base_url": "http://127.0.0.1:9/"}
    config = {"options": giro.options(), "is_live": False}
    __, word = adapter_of(giro, options=moved).fetch(dataclasses.replace(attempt, config=config))
    assert word.state == AttemptState.PENDING
