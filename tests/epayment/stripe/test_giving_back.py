"""Giving money back at Stripe, once, also with lost answers."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from tests.fakes.server import Fault
from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable
from wagtail_epayment.models import RefundState

from .conftest import (
    LOST,
    REFUND,
    TX_ID,
    a_refund,
    asked,
    paid,
)


def test_a_refund_carries_our_key_and_names_the_money(bank, adapter):
    attempt = paid(bank, adapter)
    wanted = a_refund(bank)
    _, word = adapter.refund(attempt, wanted)
    assert (word.state, word.refund_key, word.amount_cents) == (RefundState.SUCCEEDED, wanted.key, 1250)
    assert asked(bank, REFUND) == {
        "payment_intent": wanted.payment_ref,
        "amount": 1250,
        "metadata": {"merchant_tx_id": TX_ID, "refund_key": wanted.key},
    }
    found = adapter.fetch_refund(attempt, dataclasses.replace(wanted, provider_ref=word.refund_ref))[1]
    assert found == word
    assert bank.refunded_cents() == {TX_ID: 1250}


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("hours", [0, 1, 30])
def test_a_refund_with_a_lost_answer_goes_out_once_however_late_it_is_sent_again(bank, adapter, fault, hours):
    attempt = paid(bank, adapter)
    wanted = a_refund(bank)
    bank.will(REFUND, fault)
    with pytest.raises(ProviderUnavailable):
        adapter.refund(attempt, wanted)
    bank.time_passes(hours=hours)
    again = dataclasses.replace(wanted, submitted_at=wanted.submitted_at - datetime.timedelta(hours=hours))
    if (fault, hours) == (Fault.ERROR_AFTER, 0):
        # Stripe repeats its first answer, and that was an error.
        with pytest.raises(ProviderUnavailable):
            adapter.refund(attempt, again)
    else:
        assert adapter.refund(attempt, again)[1].state == RefundState.SUCCEEDED
    assert adapter.fetch_refund(attempt, wanted)[1].state == RefundState.SUCCEEDED
    assert bank.refunded_cents() == {TX_ID: 1250}


def test_many_refunds_of_one_payment_are_told_apart(bank, adapter):
    bank.page = 2
    attempt = paid(bank, adapter)
    wanted = [a_refund(bank, key=f"key-{number}", amount_cents=100 + number) for number in range(7)]
    for each in wanted:
        adapter.refund(attempt, each)
    for each in wanted:
        assert adapter.fetch_refund(attempt, each)[1].amount_cents == each.amount_cents


def test_more_than_there_is_cannot_be_given_back(bank, adapter):
    attempt = paid(bank, adapter)
    adapter.refund(attempt, a_refund(bank, amount_cents=5000))
    with pytest.raises(ProviderRefused, match="charge_already_refunded"):
        adapter.refund(attempt, a_refund(bank, key="another", amount_cents=751))
    assert bank.refunded_cents() == {TX_ID: 5000}


def test_the_same_key_for_another_amount_is_no_refusal_of_the_first(bank, adapter):
    attempt = paid(bank, adapter)
    adapter.refund(attempt, a_refund(bank))
    with pytest.raises(ProviderUnavailable):
        adapter.refund(attempt, a_refund(bank, amount_cents=99))


def test_a_payment_whose_id_nobody_told_is_given_back_by_hand(bank, adapter):
    attempt = paid(bank, adapter)
    with pytest.raises(ProviderRefused, match=r"[Dd]ashboard"):
        adapter.refund(attempt, a_refund(bank, payment_ref=attempt.provider_ref))
    assert bank.count(REFUND) == 0


def test_a_refund_nobody_made_is_not_known(bank, adapter):
    attempt = paid(bank, adapter)
    with pytest.raises(ProviderRefused):
        adapter.fetch_refund(attempt, a_refund(bank))
    with pytest.raises(ProviderUnavailable):
        adapter.fetch_refund(attempt, a_refund(bank, provider_ref="re_other"))


def test_a_refund_of_another_payment_is_no_answer(bank, adapter):
    attempt = paid(bank, adapter)
    wanted = a_refund(bank)
    ref = adapter.refund(attempt, wanted)[1].refund_ref
    bank.objects["refund"][ref]["payment_intent"] = "pi_other"
    with pytest.raises(ProviderUnavailable):
        adapter.fetch_refund(attempt, dataclasses.replace(wanted, provider_ref=ref))


@pytest.mark.parametrize("name", ["amount", "currency", "status", "created"])
def test_an_answer_that_cannot_be_read_leaves_it_unknown(bank, adapter, name, monkeypatch):
    attempt = paid(bank, adapter)
    monkeypatch.setattr("tests.fakes.stripe.check_answer", lambda *args: None)
    make = bank._refund
    monkeypatch.setattr(bank, "_refund", lambda *args: {**make(*args), name: [1]})
    with pytest.raises(ProviderUnavailable):
        adapter.refund(attempt, a_refund(bank))
