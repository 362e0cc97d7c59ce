"""Calls as GiroCheckout gets them, over HTTP: it checks our hashes itself."""

from __future__ import annotations

import dataclasses
import json

import pytest
from django.utils import translation

from tests.fakes.server import Answer, Fault
from wagtail_epayment.errors import ContractNotUsable, ProviderRefused, ProviderUnavailable
from wagtail_epayment.models import AttemptState, RefundState

from .conftest import URLS, a_refund, adapter_of, an_attempt, begun

SINGLE = ["card", "directdebit", "paypal", "direktubw", "wero"]
EVERY = ["paypage", *SINGLE]
AFTER = [
    Fault.DROP_AFTER,
    Fault.ERROR_AFTER,
    Fault.NONSENSE,
    Fault.BAD_SIGNATURE,
    Fault.DROP_BEFORE,
    Fault.ERROR_BEFORE,
]


def last_form(giro):
    return giro.calls[-1][1].form


# Start


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
    from tests.fakes.girocheckout import FakeGiroCheckout

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


# Status


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


# Refund and void


@pytest.mark.parametrize("method", ["paypage", "card", "directdebit", "paypal", "wero"])
def test_a_part_goes_back(giro, adapter, method):
    attempt = begun(adapter, method)
    giro.payer_pays(attempt.merchant_tx_id)
    __, word = adapter.refund(attempt, a_refund())
    assert word.state == RefundState.SUCCEEDED
    assert (word.amount_cents, word.currency) == (1250, "EUR")
    assert (word.refund_key, word.merchant_tx_id) == (a_refund().key, attempt.merchant_tx_id)
    assert word.refund_ref
    assert giro.refunded_cents() == {attempt.merchant_tx_id: 1250}
    assert ("kassenzeichen" in last_form(giro)) == (method not in {"paypage", "paypal"})


def test_a_pages_refund_names_the_transaction_if_we_know_it(giro, adapter):
    attempt = begun(adapter)
    giro.payer_fails(attempt.merchant_tx_id)
    paid = giro.payer_pays(attempt.merchant_tx_id)
    adapter.refund(attempt, a_refund(payment_ref=paid.reference))
    assert last_form(giro)["txreference"] == paid.reference
    adapter.refund(attempt, a_refund(payment_ref=attempt.merchant_tx_id, key="another"))
    assert "txreference" not in last_form(giro)


def test_a_refund_not_decided_yet(giro, adapter):
    giro.refund_result = ""
    attempt = begun(adapter, "card")
    giro.payer_pays(attempt.merchant_tx_id)
    assert adapter.refund(attempt, a_refund())[1].state == RefundState.SUBMITTED


def test_direct_bank_transfers_go_back_by_hand(giro, adapter):
    attempt = begun(adapter, "direktubw")
    giro.payer_pays(attempt.merchant_tx_id)
    with pytest.raises(ProviderRefused, match="by hand"):
        adapter.refund(attempt, a_refund())
    assert giro.count("transaction/refund") == 0


def test_more_than_was_paid_is_refused(giro, adapter):
    attempt = begun(adapter, "card")
    giro.payer_pays(attempt.merchant_tx_id)
    with pytest.raises(ProviderRefused, match="5200"):
        adapter.refund(attempt, a_refund(amount_cents=5751))


@pytest.mark.parametrize("fault", AFTER)
def test_a_lost_refund_is_neither_done_nor_repeated(giro, adapter, fault):
    attempt = begun(adapter, "card")
    giro.payer_pays(attempt.merchant_tx_id)
    giro.will("transaction/refund", fault)
    with pytest.raises(ProviderUnavailable):
        adapter.refund(attempt, a_refund())
    assert giro.count("transaction/refund") == 1
    assert not adapter.can.idempotent_refund


@pytest.mark.parametrize("method", ["paypage", "card", "paypal", "wero"])
def test_how_a_refund_stands(giro, adapter, method):
    attempt = begun(adapter, method)
    giro.payer_pays(attempt.merchant_tx_id)
    giro.status_names_page = False
    ref = adapter.refund(attempt, a_refund())[1].refund_ref
    __, word = adapter.fetch_refund(attempt, a_refund(provider_ref=ref))
    assert (word.state, word.amount_cents, word.refund_ref) == (RefundState.SUCCEEDED, 1250, ref)


def test_without_its_reference_a_refund_cannot_be_asked_about(giro, adapter):
    with pytest.raises(ProviderUnavailable, match="GiroCockpit"):
        adapter.fetch_refund(an_attempt(), a_refund())
    assert giro.calls == []


def test_an_answer_about_the_payment_is_none_about_its_refund(adapter, monkeypatch):
    answers(monkeypatch, rc=0, reference="page-1", merchantTxId="KZ2026000017_0a1b2c3d4e5f", resultPayment=4000)
    with pytest.raises(ProviderUnavailable, match="this refund"):
        adapter.fetch_refund(an_attempt(provider_ref="page-1"), a_refund(provider_ref="tx-2"))


def test_a_card_payment_can_be_voided_by_hand(giro, adapter):
    attempt = begun(adapter, "card")
    giro.payer_pays(attempt.merchant_tx_id)
    __, word = adapter.void(attempt, a_refund(amount_cents=5750))
    assert (word.state, word.amount_cents) == (RefundState.SUCCEEDED, 5750)
    assert giro.received_cents() == {}


@pytest.mark.parametrize(("method", "cents"), [("card", 100), ("paypal", 5750), ("paypage", 5750), ("wero", 5750)])
def test_nothing_else_can_be_voided(giro, adapter, method, cents):
    attempt = begun(adapter, method)
    giro.payer_pays(attempt.merchant_tx_id)
    with pytest.raises(ProviderRefused):
        adapter.void(attempt, a_refund(amount_cents=cents))
    assert giro.count("transaction/void") == 0


# Check


def test_every_offered_project_is_tried_and_nothing_moves(giro, adapter):
    adapter.check()
    assert {call.form["projectId"] for __, call in giro.calls} == {p.project_id for p in giro.projects.values()}
    assert {call.form["amount"] for __, call in giro.calls} == {"-1"}
    assert giro.transactions == giro.pages == []


def test_only_what_is_offered_is_tried(giro):
    credentials = giro.credentials("card")
    adapter_of(giro, methods=("card",), credentials=credentials, options=giro.options("card")).check()
    assert giro.count("transaction/start") == len(giro.calls) == 1


@pytest.mark.parametrize("wrong", [{"merchant_id": "9"}, {"wero_project_id": "9"}, {"wero_project_id": ""}])
def test_a_wrong_id_is_found(giro, wrong):
    with pytest.raises(ContractNotUsable):
        adapter_of(giro, options={**giro.options(), **wrong}).check()


@pytest.mark.parametrize("fault", [None, Fault.BAD_SIGNATURE])
def test_a_wrong_password_is_found(giro, fault):
    wrong = {**giro.credentials(), "wero_password": "wrong-4711"} if fault is None else giro.credentials()
    if fault:
        giro.will("transaction/start", fault)
    with pytest.raises(ContractNotUsable, match="5002") as caught:
        adapter_of(giro, credentials=wrong).check()
    assert "4711" not in str(caught.value)


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.ERROR_BEFORE, Fault.NONSENSE])
def test_a_silent_server_proves_no_password_wrong(giro, adapter, fault):
    giro.will("paypage/init", fault)
    with pytest.raises(ProviderUnavailable):
        adapter.check()


def answers(monkeypatch, **said):
    """The next answers say this, correctly signed."""
    from tests.fakes.girocheckout import FakeGiroCheckout, _hmac

    def answer(self, call):
        body = json.dumps({name: value for name, value in said.items() if value is not None}).encode()
        project = next(p for p in self.projects.values() if p.project_id == call.form["projectId"])
        return Answer(body, headers={"hash": _hmac(body, project.password)})

    monkeypatch.setattr(FakeGiroCheckout, "answer", answer)
