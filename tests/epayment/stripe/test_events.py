"""What each event says, read by itself and in every order."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.stripe import FakeStripe
from wagtail_epayment.models import AttemptState, RefundState
from wagtail_epayment.providers.base import ChargebackWord, NothingOfOurs, RefundWord, Word
from wagtail_epayment.transitions import is_allowed, is_refund_allowed

from .conftest import TX_ID, a_refund, adapter_of, begun
from .test_signing import message


def told(bank, adapter):
    """What every event so far says, by its type."""
    return [(event["type"], adapter.parse_notification(message(bank, event))) for event in bank.events]


def states(bank, adapter):
    return [(kind.removeprefix("checkout.session."), word.state) for kind, word in told(bank, adapter)]


@pytest.fixture
def attempt(adapter):
    return begun(adapter)


def test_paid_at_once(bank, adapter, attempt):
    bank.payer_pays(TX_ID)
    [(_, word)] = told(bank, adapter)
    assert (word.merchant_tx_id, word.amount_cents, word.currency) == (TX_ID, 5750, "EUR")
    assert (word.state, word.is_verified) == (AttemptState.SUCCEEDED, True)
    assert (word.provider_ref, word.payment_ref) == (attempt.provider_ref, bank.session(TX_ID)["payment_intent"])
    assert word.dedupe_key == bank.events[0]["id"]


def test_a_debit_that_arrives(bank, adapter, attempt):
    bank.payer_orders_debit(TX_ID)
    bank.debit_arrives(TX_ID)
    assert states(bank, adapter) == [
        ("completed", AttemptState.PENDING),
        ("async_payment_succeeded", AttemptState.SUCCEEDED),
    ]


def test_a_debit_that_fails(bank, adapter, attempt):
    bank.payer_orders_debit(TX_ID)
    bank.debit_fails(TX_ID)
    assert states(bank, adapter) == [("completed", AttemptState.PENDING), ("async_payment_failed", AttemptState.FAILED)]
    assert adapter.fetch(attempt)[1].state == AttemptState.FAILED


def test_a_page_that_expires(bank, adapter, attempt):
    bank.time_passes(hours=25)
    assert states(bank, adapter) == [("expired", AttemptState.EXPIRED)]
    assert adapter.fetch(attempt)[1].state == AttemptState.EXPIRED


def test_a_refund_of_ours_from_taken_to_failed(bank, adapter, attempt):
    bank.payer_pays(TX_ID)
    bank.refunds_wait = True
    wanted = a_refund(bank)
    _, answer = adapter.refund(attempt, wanted)
    assert (answer.state, answer.refund_key) == (RefundState.SUBMITTED, wanted.key)
    bank.refund_ends(bank.refunds_of(TX_ID)[0])
    bank.refund_ends(bank.refunds_of(TX_ID)[0], "failed")
    words = [word for _, word in told(bank, adapter) if isinstance(word, RefundWord)]
    assert {(word.refund_key, word.merchant_tx_id, word.amount_cents) for word in words} == {(wanted.key, TX_ID, 1250)}
    assert [word.state for word in words] == [
        RefundState.SUBMITTED,
        *[RefundState.SUCCEEDED] * 2,
        *[RefundState.FAILED] * 3,
    ]
    assert "expired_or_canceled_card" in words[-1].error


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", RefundState.SUBMITTED),
        ("requires_action", RefundState.SUBMITTED),
        ("succeeded", RefundState.SUCCEEDED),
        ("canceled", RefundState.FAILED),
        ("failed", RefundState.FAILED),
        ("something_new", RefundState.UNKNOWN),
    ],
)
def test_every_status_of_a_refund_means_something(bank, adapter, attempt, status, state):
    bank.payer_pays(TX_ID)
    wanted = a_refund(bank)
    adapter.refund(attempt, wanted)
    bank.refunds_of(TX_ID)[0]["status"] = status
    assert adapter.fetch_refund(attempt, wanted)[1].state == state


def test_a_refund_made_in_the_dashboard_goes_by_its_payment(bank, adapter, attempt):
    bank.payer_pays(TX_ID)
    bank.refund_by_hand(TX_ID, 700)
    word = dict(told(bank, adapter))["refund.created"]
    assert (word.refund_key, word.merchant_tx_id) == ("", "")
    assert (word.payment_ref, word.amount_cents) == (bank.session(TX_ID)["payment_intent"], 700)


def test_the_sum_of_a_charge_says_nothing_of_a_refund(bank, adapter, attempt):
    bank.payer_pays(TX_ID)
    bank.refund_by_hand(TX_ID, 700)
    assert isinstance(dict(told(bank, adapter))["charge.refunded"], NothingOfOurs)


def test_a_dispute_takes_with_its_fee_and_returns_without(bank, adapter, attempt):
    bank.payer_pays(TX_ID)
    dispute = bank.bank_takes_back(TX_ID)
    bank.bank_returns(dispute)
    words = [word for _, word in told(bank, adapter) if isinstance(word, ChargebackWord)]
    assert {(word.chargeback_ref, word.amount_cents) for word in words} == {(dispute["id"], 5750)}
    assert [(word.is_reversal, word.fee_cents) for word in words] == [(False, 2000)] * 2 + [(True, 0)] * 2
    assert {word.payment_ref for word in words} == {bank.session(TX_ID)["payment_intent"]}


def test_a_lost_dispute_is_the_same_chargeback_again(bank, adapter, attempt):
    bank.payer_pays(TX_ID)
    bank.bank_keeps(bank.bank_takes_back(TX_ID))
    assert not told(bank, adapter)[-1][1].is_reversal


def test_an_inquiry_moves_no_money(bank, adapter, attempt):
    bank.payer_pays(TX_ID)
    bank.bank_asks(TX_ID)
    assert isinstance(told(bank, adapter)[-1][1], NothingOfOurs)


def test_withdrawn_in_the_currency_of_the_account_the_disputed_amount_counts(bank, adapter, attempt):
    bank.payer_pays(TX_ID)
    bank.bank_takes_back(TX_ID)
    event = bank.events[-1]
    event["data"]["object"]["balance_transactions"][0] |= {"currency": "chf", "amount": -6100}
    assert told(bank, adapter)[-1][1].amount_cents == 5750


def test_payouts_and_events_nobody_knows_are_nothing_of_ours(bank, adapter, attempt):
    bank.payer_pays(TX_ID)
    bank.pays_out()
    bank.events += [{**bank.events[0], "id": "evt_new", "type": "checkout.session.dreamed_of"}]
    kinds = {kind: word for kind, word in told(bank, adapter) if isinstance(word, NothingOfOurs)}
    assert set(kinds) == {"payout.paid", "payout.reconciliation_completed", "checkout.session.dreamed_of"}


def test_two_portals_on_one_account_do_not_hear_each_other(bank):
    ours, theirs = (adapter_of(bank, options={"portal": name}) for name in ("musterstadt", "nachbarstadt"))
    unnamed = adapter_of(bank)
    attempt = begun(ours)
    bank.payer_pays(TX_ID)
    ours.refund(attempt, a_refund(bank))
    assert {type(word) for kind, word in told(bank, ours) if kind != "charge.refunded"} == {Word, RefundWord}
    for others in (theirs, unnamed):
        assert {type(word) for _, word in told(bank, others)} == {NothingOfOurs}


def test_a_subscription_of_another_shop_is_nothing_of_ours(bank, adapter, attempt):
    bank.payer_pays(TX_ID)
    bank.events[0]["data"]["object"]["mode"] = "subscription"
    assert isinstance(told(bank, adapter)[0][1], NothingOfOurs)


@functools.cache
def a_story():
    """Lived through at Stripe once: what its events say, and what Stripe says at the end."""
    with FakeStripe() as bank:
        adapter = adapter_of(bank)
        attempt = begun(adapter)
        bank.payer_orders_debit(TX_ID)
        bank.debit_fails(TX_ID)
        bank.debit_arrives(TX_ID)
        bank.refunds_wait = True
        adapter.refund(attempt, a_refund(bank))
        bank.refund_ends(bank.refunds_of(TX_ID)[0])
        bank.bank_returns(bank.bank_takes_back(TX_ID))
        return [word for _, word in told(bank, adapter)], adapter.fetch(attempt)[1]


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_in_every_order_and_repeated_the_words_end_the_same(data):
    """By the table of edges and the names of money alone, as the core uses them."""
    words, last = a_story()
    state, refund, booked = AttemptState.PENDING, RefundState.SUBMITTING, {}
    for word in [*data.draw(st.permutations(words)), *data.draw(st.lists(st.sampled_from(words), max_size=8))]:
        if isinstance(word, Word):
            assert (word.merchant_tx_id, word.provider_ref) == (last.merchant_tx_id, last.provider_ref)
            state = word.state if is_allowed(state, word.state) else state
            if word.state == AttemptState.SUCCEEDED:
                booked["payment", word.payment_ref] = word.amount_cents
        elif isinstance(word, RefundWord):
            refund = word.state if is_refund_allowed(refund, word.state) else refund
        elif isinstance(word, ChargebackWord):
            booked["returned" if word.is_reversal else "taken", word.chargeback_ref] = word.amount_cents
            if word.fee_cents:
                booked["fee", word.chargeback_ref] = word.fee_cents
    assert (state, refund) == (AttemptState.SUCCEEDED, RefundState.SUCCEEDED)
    assert sorted((kind, cents) for (kind, _), cents in booked.items()) == [
        ("fee", 2000),
        ("payment", 5750),
        ("returned", 5750),
        ("taken", 5750),
    ]
