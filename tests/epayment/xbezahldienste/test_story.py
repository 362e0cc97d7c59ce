"""Begin, pay, ask: what a citizen and an operator do to each other, whatever happens on the line."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from tests.fakes.server import Fault
from tests.fakes.xbezahldienste import FakeXBezahldienste
from wagtail_epayment.errors import Garbage, ProviderRefused, ProviderUnavailable
from wagtail_epayment.models import AttemptState
from wagtail_epayment.providers.base import RawMessage

from .conftest import URLS, options, provider_for, view


def ask(provider, attempt):
    return provider.fetch(attempt)[1]


def begun(operator, **changes):
    """A provider and an attempt the payer has an address for."""
    provider, attempt = provider_for(operator), view(**changes)
    redirect = provider.start(attempt, urls=URLS)
    return provider, dataclasses.replace(attempt, provider_ref=redirect.provider_ref)


def test_begin_pay_and_ask(operator):
    provider, attempt = begun(operator)
    word = ask(provider, attempt)
    assert (word.state, word.amount_cents, word.is_verified) == (AttemptState.PENDING, 5750, True)
    operator.payer_pays(attempt.merchant_tx_id)
    word = ask(provider, attempt)
    assert (word.state, word.amount_cents, word.method) == (AttemptState.SUCCEEDED, 5750, "creditcard")
    assert word.occurred_at == operator.now
    assert operator.received_cents(attempt.merchant_tx_id) == 5750


def test_the_payer_is_sent_to_the_operator_and_comes_back_to_us(operator):
    import requests

    redirect = provider_for(operator).start(view(), urls=URLS)
    assert redirect.url.startswith(operator.url)
    answer = requests.post(redirect.url, data={"action": "pay"}, allow_redirects=False, timeout=5)
    assert answer.headers["Location"] == URLS.back
    assert operator.received_cents(view().merchant_tx_id) == 5750


@pytest.mark.parametrize(
    ("act", "state"), [("payer_cancels", AttemptState.CANCELLED), ("payment_fails", AttemptState.FAILED)]
)
def test_payments_that_end_without_money(operator, act, state):
    provider, attempt = begun(operator)
    getattr(operator, act)(attempt.merchant_tx_id)
    assert ask(provider, attempt).state == state


def test_cancelled_and_paid_after_all(operator):
    provider, attempt = begun(operator)
    operator.payer_cancels(attempt.merchant_tx_id)
    assert ask(provider, attempt).state == AttemptState.CANCELLED
    operator.payer_pays(attempt.merchant_tx_id)
    assert ask(provider, attempt).state == AttemptState.SUCCEEDED
    operator.takes_back(attempt.merchant_tx_id)
    assert ask(provider, attempt).state == AttemptState.CANCELLED


def test_an_operator_that_says_it_days_later(operator):
    provider, attempt = begun(operator)
    operator.payer_pays(attempt.merchant_tx_id, told_after=datetime.timedelta(days=3))
    assert ask(provider, attempt).state == AttemptState.PENDING
    operator.time_passes(days=3)
    assert ask(provider, attempt).state == AttemptState.SUCCEEDED


@pytest.mark.parametrize("fault", list(Fault)[:5], ids=str)
def test_whatever_happens_on_the_line_is_unknown_and_never_failed(operator, fault):
    provider = provider_for(operator)
    operator.will("create", fault)
    with pytest.raises(ProviderUnavailable):
        provider.start(view(), urls=URLS)
    assert len(operator.payments) == ("after" in fault)


def test_an_operator_that_uses_our_id_tells_of_a_payment_whose_answer_was_lost():
    with FakeXBezahldienste(uses_request_id=True) as operator:
        provider = provider_for(operator)
        operator.will("create", Fault.DROP_AFTER)
        with pytest.raises(ProviderUnavailable):
            provider.start(view(), urls=URLS)
        operator.payer_pays(view().merchant_tx_id)
        assert ask(provider, view()).state == AttemptState.SUCCEEDED


def test_an_operator_with_ids_of_its_own_does_not_know_it(operator):
    provider = provider_for(operator)
    operator.will("create", Fault.DROP_AFTER)
    with pytest.raises(ProviderUnavailable):
        provider.start(view(), urls=URLS)
    with pytest.raises(ProviderRefused, match=r"kennt|know"):
        provider.fetch(view())


def test_a_payment_that_exists_already_is_unknown(operator):
    provider, attempt = begun(operator)
    with pytest.raises(ProviderUnavailable, match="already"):
        provider.start(attempt, urls=URLS)
    assert len(operator.payments) == 1


def test_another_amount_than_ours_is_told_as_it_was_said(operator):
    provider, attempt = begun(operator)
    operator.payer_pays(attempt.merchant_tx_id)
    operator.lies_about_the_amount(attempt.merchant_tx_id, 1)
    assert ask(provider, attempt).amount_cents == 1


def test_no_payer_is_sent_to_pay_another_amount(operator, monkeypatch):
    tell = operator._tell

    def lie(payment):
        payment.claims_cents = 575000
        return tell(payment)

    monkeypatch.setattr(operator, "_tell", lie)
    with pytest.raises(ProviderUnavailable, match="another amount"):
        provider_for(operator).start(view(), urls=URLS)


def said(monkeypatch, operator, **changes):
    """Let the operator's answers differ: information, request or members of both."""
    tell = operator._tell

    def spoilt(payment):
        transaction = tell(payment)
        for path, value in changes.items():
            part, name = path.split("__")
            transaction[part][name] = value
        return transaction

    monkeypatch.setattr(operator, "_tell", spoilt)


@pytest.mark.parametrize(
    "change",
    [
        {"paymentRequest__requestId": "somebody-elses"},
        {"paymentRequest__grosAmount": "57.50"},
        {"paymentRequest__grosAmount": 57.505},
        {"paymentRequest__grosAmount": True},
        {"paymentRequest__grosAmount": -57},
        {"paymentRequest__grosAmount": None},
        {"paymentInformation__transactionId": ""},
        {"paymentInformation__transactionId": 7},
        {"paymentInformation__status": None},
    ],
    ids=str,
)
def test_an_answer_that_does_not_fit_is_no_answer(operator, monkeypatch, change):
    provider, attempt = begun(operator)
    said(monkeypatch, operator, **change)
    with pytest.raises(ProviderUnavailable, match="does not fit"):
        provider.fetch(attempt)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://bank.example/", "", None, "https://" + "x" * 2100])
def test_no_payer_is_sent_to_an_unsafe_address(operator, monkeypatch, url):
    said(monkeypatch, operator, paymentInformation__transactionRedirectUrl=url)
    with pytest.raises(ProviderUnavailable, match="no address"):
        provider_for(operator).start(view(), urls=URLS)


def test_a_status_of_a_later_version_is_asked_about_again(operator, monkeypatch):
    provider, attempt = begun(operator)
    said(monkeypatch, operator, paymentInformation__status="AUTHORIZED")
    assert ask(provider, attempt).state == AttemptState.UNKNOWN


def test_a_time_without_its_zone_is_not_believed(operator, monkeypatch):
    provider, attempt = begun(operator)
    said(monkeypatch, operator, paymentInformation__transactionTimestamp="2026-11-25T10:00:00")
    assert ask(provider, attempt).occurred_at is None


def test_a_whole_amount_without_decimals_is_understood(operator, monkeypatch):
    provider, attempt = begun(operator)
    said(monkeypatch, operator, paymentRequest__grosAmount=57)
    assert ask(provider, attempt).amount_cents == 5700


def test_nobody_may_notify():
    with FakeXBezahldienste() as operator, pytest.raises(Garbage):
        provider_for(operator).parse_notification(RawMessage(b"{}", {}))


def test_the_contract_can_be_tried_without_moving_anything(operator):
    provider_for(operator).check()
    assert operator.payments == {}
    operator.is_down = True
    with pytest.raises(ProviderUnavailable):
        provider_for(operator).check()
    with pytest.raises(ProviderRefused, match=r"Originator|originator"):
        provider_for(operator, endpoint_id="elsewhere").check()


@pytest.mark.parametrize(
    ("change", "text"),
    [({"currency": "CHF"}, "EUR"), ({"amount_cents": 999_999_01}, "999999"), ({"merchant_tx_id": "ä/1"}, "fit")],
    ids=str,
)
def test_what_the_standard_cannot_carry_is_never_sent(operator, change, text):
    with pytest.raises(ProviderRefused, match=text):
        provider_for(operator).start(view(**change), urls=URLS)
    assert operator.calls == []


def test_missing_booking_data_is_named_and_can_be_given_by_the_contract():
    with FakeXBezahldienste(needs_booking_data=("Haushaltsstelle", "Objektnummer")) as operator:
        with pytest.raises(ProviderRefused, match=r"bookingData"):
            provider_for(operator).start(view(), urls=URLS)
        given = "Haushaltsstelle = 1.2345\nObjektnummer = {reference}\n"
        provider_for(operator, booking_data=given).start(view(), urls=URLS)
        [payment] = operator.payments.values()
    assert payment.request["items"][0]["bookingData"]["Objektnummer"] == view().reference


def test_an_error_is_explained_without_repeating_the_payers_data(operator, monkeypatch):
    from tests.fakes.xbezahldienste import Refusal

    def refuse(call):
        raise Refusal("VALIDATION_ERROR", "postalCode von Zoë O'Brien ist falsch, Token abc")

    monkeypatch.setattr(operator, "_create", refuse)
    with pytest.raises(ProviderRefused, match="postalCode") as caught:
        provider_for(operator).start(view(), urls=URLS)
    assert "Brien" not in str(caught.value)
    assert "abc" not in str(caught.value)


def test_options_are_checked_before_anything_is_sent(operator):
    given = options(operator)
    for wrong in ({"base_url": "http://bank.example"}, {"originator_id": ""}, {"token_url": "ftp://x/"}):
        with pytest.raises(ProviderRefused):
            provider_for(operator, **(given | wrong)).check()
    assert operator.calls == []
