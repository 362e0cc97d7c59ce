"""Giving money back at the sandbox bank, as the merchant's adapter sees it."""

from __future__ import annotations

import dataclasses
import json

import pytest

from tests.epayment.conftest import SECRET
from wagtail_epayment.errors import NotUnderstood, ProviderRefused, ProviderUnavailable
from wagtail_epayment.models import RefundState
from wagtail_epayment.providers.base import ChargebackWord, RawMessage, RefundView, RefundWord
from wagtail_epayment.providers.sandbox import bank
from wagtail_epayment.providers.sandbox.books import received_cents, transfers
from wagtail_epayment.providers.sandbox.chargebacks import charge_back
from wagtail_epayment.providers.sandbox.clock import let_time_pass
from wagtail_epayment.providers.sandbox.faults import Fault, plan
from wagtail_epayment.providers.sandbox.models import SandboxPayment
from wagtail_epayment.providers.sandbox.notices import deliver
from wagtail_epayment.providers.sandbox.refunds import give_back
from wagtail_epayment.providers.sandbox.signing import HEADER, sign

from .conftest import VIEW

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(payment, told):
    bank.act(payment, "pay")
    told.clear()
    return payment


def wish(payment, cents=5750, *, key="k-1"):
    [money, *_] = transfers(payment)
    return RefundView(key, "", money.ref, cents, "EUR", "Sperrgut")


def going(payment, mode):
    SandboxPayment.objects.update(refund_mode=mode)
    payment.refresh_from_db()


def test_whole_and_at_once(paid, provider):
    __, word = provider.refund(VIEW, wish(paid))
    assert (word.state, word.amount_cents, word.refund_key) == (RefundState.SUCCEEDED, 5750, "k-1")
    assert word.is_verified
    assert received_cents("tx-1") == 0


def test_in_parts_until_nothing_is_left(paid, provider):
    provider.refund(VIEW, wish(paid, 5000))
    provider.refund(VIEW, wish(paid, 750, key="k-2"))
    with pytest.raises(ProviderRefused):
        provider.refund(VIEW, wish(paid, 1, key="k-3"))
    assert received_cents("tx-1") == 0


def test_the_same_key_is_the_same_refund(paid, provider):
    first = provider.refund(VIEW, wish(paid, 1000))[1]
    assert provider.refund(VIEW, wish(paid, 1000))[1].refund_ref == first.refund_ref
    with pytest.raises(ProviderRefused):
        provider.refund(VIEW, wish(paid, 999))
    assert received_cents("tx-1") == 4750


@pytest.mark.parametrize(
    ("mode", "first", "then", "left"),
    [
        ("later", RefundState.SUBMITTED, RefundState.SUCCEEDED, 0),
        ("fails", RefundState.FAILED, RefundState.FAILED, 5750),
        ("fails_later", RefundState.SUBMITTED, RefundState.FAILED, 5750),
        ("comes_back", RefundState.SUCCEEDED, RefundState.FAILED, 5750),
    ],
)
def test_refunds_that_take_their_own_course(paid, provider, told, mode, first, then, left):
    going(paid, mode)
    assert provider.refund(VIEW, wish(paid))[1].state == first
    assert provider.fetch_refund(VIEW, wish(paid))[1].state == first
    let_time_pass(days=1)
    assert provider.fetch_refund(VIEW, wish(paid))[1].state == then
    assert received_cents("tx-1") == left
    assert [said["type"] for said in told] == ["refund"] * (1 if first == then else 2)


def test_money_promised_to_go_back_cannot_be_promised_twice(paid, provider):
    going(paid, "later")
    provider.refund(VIEW, wish(paid, 5000))
    with pytest.raises(ProviderRefused):
        provider.refund(VIEW, wish(paid, 5000, key="k-2"))


@pytest.mark.parametrize("fault", list(Fault))
def test_a_lost_answer_is_unknown_and_sending_it_again_gives_nothing_twice(paid, provider, fault):
    plan(paid.merchant, "refund", fault)
    with pytest.raises(ProviderUnavailable):
        provider.refund(VIEW, wish(paid))
    assert received_cents("tx-1") == (0 if "after" in fault else 5750)
    assert provider.refund(VIEW, wish(paid))[1].state == RefundState.SUCCEEDED
    assert received_cents("tx-1") == 0


def test_a_refund_that_never_arrived_is_not_known(paid, provider):
    with pytest.raises(ProviderRefused):
        provider.fetch_refund(VIEW, wish(paid))


def test_asking_for_a_refund_may_go_wrong_too(paid, provider):
    provider.refund(VIEW, wish(paid))
    plan(paid.merchant, "refund_status", Fault.DROP_AFTER)
    with pytest.raises(ProviderUnavailable):
        provider.fetch_refund(VIEW, wish(paid))


def test_a_payment_of_somebody_else_is_not_given_back(paid, provider):
    with pytest.raises(ProviderRefused):
        provider.refund(dataclasses.replace(VIEW, merchant_tx_id="tx-2"), wish(paid))
    with pytest.raises(ProviderRefused):
        provider.refund(VIEW, dataclasses.replace(wish(paid), payment_ref="tr_other"))
    assert received_cents("tx-1") == 5750


def signed(said):
    body = json.dumps(said).encode()
    return RawMessage(body=body, headers={HEADER: sign(body, SECRET)})


def test_a_refund_made_at_the_bank_is_told_without_a_key_of_ours(paid, provider, told):
    give_back(paid, amount_cents=1000)
    deliver(paid)
    word = provider.parse_notification(signed(told[0]))
    assert isinstance(word, RefundWord)
    assert (word.refund_key, word.amount_cents, word.merchant_tx_id) == ("", 1000, "tx-1")
    assert word.is_verified


def test_a_chargeback_is_told_with_its_fee(paid, provider, told):
    charge_back(paid, fee_cents=350)
    deliver(paid)
    word = provider.parse_notification(signed(told[0]))
    assert isinstance(word, ChargebackWord)
    assert (word.amount_cents, word.fee_cents, word.is_reversal) == (5750, 350, False)
    forged = RawMessage(json.dumps(told[0]).encode(), {HEADER: "0" * 64})
    assert not provider.parse_notification(forged).is_verified


@pytest.mark.parametrize(
    "change",
    [{"type": "lottery"}, {"is_reversal": "no"}, {"amount_cents": 1.5}, {"fee_cents": None}, {"at": "2026-11-25"}],
    ids=str,
)
def test_what_it_says_in_new_words_is_kept_and_not_guessed(paid, provider, told, change):
    charge_back(paid)
    deliver(paid)
    with pytest.raises(NotUnderstood):
        provider.parse_notification(signed(told[0] | change))
