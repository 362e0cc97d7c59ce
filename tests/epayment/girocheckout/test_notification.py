"""What a notification says that is believed."""

from __future__ import annotations

import urllib.parse

import pytest

from tests.fakes.girocheckout import Transaction
from wagtail_epayment.errors import NotUnderstood
from wagtail_epayment.models import AttemptState, RefundState
from wagtail_epayment.providers.base import RawMessage, RefundWord, Word

from .conftest import THEIR_TX, TX, a_message, adapter_of


@pytest.mark.parametrize("method", ["card", "directdebit", "paypal", "direktubw", "wero"])
def test_a_single_method_says_whose_money_it_is(giro, adapter, method):
    word = adapter.parse_notification(a_message(giro, method=method))
    assert word == Word(
        merchant_tx_id=TX,
        provider_ref="tx-1",
        state=AttemptState.SUCCEEDED,
        amount_cents=5750,
        currency="EUR",
        is_verified=True,
        dedupe_key=word.dedupe_key,
        method=method,
    )
    assert len(word.dedupe_key) == 64


@pytest.mark.parametrize(
    ("code", "method"),
    [("6", "directdebit"), ("11", "card"), ("14", "paypal"), ("37", "direktubw"), ("40", "wero"), ("99", "")],
)
def test_a_page_says_how_it_was_paid_but_not_which_reference_it_names(giro, adapter, code, method):
    word = adapter.parse_notification(a_message(giro, page=True, gcPaymethod=code))
    assert (word.merchant_tx_id, word.provider_ref, word.payment_ref, word.method) == (TX, "", "tx-1", method)
    assert word.is_verified


def test_two_projects_with_one_password_leave_the_method_open(giro):
    same = dict.fromkeys(giro.credentials(), giro.projects["card"].password)
    word = adapter_of(giro, credentials=same).parse_notification(a_message(giro))
    assert word.is_verified
    assert word.method == ""


@pytest.mark.parametrize(
    ("result", "state"), [("4502", "cancelled"), ("4500", "unknown"), ("4900", "failed"), ("7777", "unknown")]
)
def test_bad_news_is_news(giro, adapter, result, state):
    assert adapter.parse_notification(a_message(giro, result=result)).state == state


def test_direct_bank_transfer_tells_a_name_with_every_odd_character(giro, adapter):
    giro.tells_payer = True
    assert adapter.parse_notification(a_message(giro, method="direktubw")).is_verified


def test_parameters_of_our_own_address_are_not_hashed(giro, adapter):
    message = a_message(giro, own=urllib.parse.urlencode({"own": "ä+%&=", "token": "1 2", "gcx": "y"}))
    assert adapter.parse_notification(message).is_verified


def test_by_post_it_says_the_same(giro, adapter):
    got = adapter.parse_notification(a_message(giro))
    giro.notifies_by_post = True
    transaction = Transaction("tx-1", giro.projects["card"], THEIR_TX, 5750, "EUR", "card", result="4000")
    assert adapter.parse_notification(RawMessage(body=giro.notification(transaction).body, headers={})) == got


def test_a_refund_of_ours_names_payment_and_refund(giro, adapter):
    tx_id = f"refund.{THEIR_TX}.7b3f9a52_2d0c"
    word = adapter.parse_notification(a_message(giro, gcMerchantTxId=tx_id, gcReference="tx-2", gcAmount="1250"))
    assert isinstance(word, RefundWord)
    assert (word.merchant_tx_id, word.refund_key, word.refund_ref) == (TX, "7b3f9a52-2d0c", "tx-2")
    assert (word.state, word.amount_cents, word.currency) == (RefundState.SUCCEEDED, 1250, "EUR")


def test_a_refund_made_in_girocockpit(giro, adapter):
    word = adapter.parse_notification(a_message(giro, page=True, gcType="REFUND", gcReference="tx-2", gcAmount="1250"))
    assert isinstance(word, RefundWord)
    assert (word.merchant_tx_id, word.refund_key, word.refund_ref) == (TX, "", "tx-2")


@pytest.mark.parametrize("kind", ["VOID", "AUTH", "CAPTURE", "x"])
def test_a_kind_of_transaction_we_never_begin_books_nothing(giro, adapter, kind):
    with pytest.raises(NotUnderstood):
        adapter.parse_notification(a_message(giro, page=True, gcType=kind))
