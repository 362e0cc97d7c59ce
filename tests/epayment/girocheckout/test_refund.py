"""Giving money back and voiding a payment at GiroCheckout, over HTTP."""

from __future__ import annotations

import pytest

from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable
from wagtail_epayment.models import RefundState

from .conftest import AFTER, a_refund, an_attempt, answers, begun, last_form


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
    with pytest.raises(ProviderRefused, match=r"by hand|von Hand"):
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
