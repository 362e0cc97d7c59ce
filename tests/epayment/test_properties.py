from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_10

from wagtail_epayment.flows import NewItem
from wagtail_epayment.models import AttemptState, EntryKind
from wagtail_epayment.providers.sandbox.signing import is_genuine, sign
from wagtail_epayment.references import random_reference
from wagtail_epayment.state import OrderState, account, balance_cents, order_state
from wagtail_epayment.transitions import EDGES, ENDED_UNPAID, OPEN, is_allowed

STATES = list(AttemptState)
CENTS = st.integers(min_value=1, max_value=10**12)


class Rows(list):
    def all(self):
        return self


class Row:
    def __init__(self, **values):
        self.__dict__.update(values)


def order_with(amount, entries, *, cancelled=False, attempts=()):
    """An order as the state rules see it, without a database."""
    return Row(amount_cents=amount, entries=Rows(entries), attempts=Rows(attempts), cancelled_at=cancelled or None)


@given(st.lists(st.sampled_from(STATES), max_size=30))
def test_whatever_a_provider_says_in_whatever_order_money_once_seen_stays(words):
    state = AttemptState.STARTING
    for word in words:
        if is_allowed(state, word):
            state = word
    assert (AttemptState.SUCCEEDED in words) == (state == AttemptState.SUCCEEDED)


def test_the_table_knows_every_state_and_only_success_is_final():
    assert set(EDGES) == set(STATES)
    assert [state for state in STATES if not EDGES[state]] == [AttemptState.SUCCEEDED]
    for state in OPEN | ENDED_UNPAID:
        assert is_allowed(state, AttemptState.SUCCEEDED)
    for ended in ENDED_UNPAID:
        assert EDGES[ended] == {AttemptState.SUCCEEDED}


@given(CENTS, st.lists(st.tuples(st.sampled_from(list(EntryKind)), CENTS), max_size=8), st.booleans())
def test_state_and_balance_never_contradict_each_other(amount, moves, cancelled):
    signs = {EntryKind.PAYMENT: 1, EntryKind.CHARGEBACK_REVERSAL: 1, EntryKind.REFUND_REVERSAL: 1}
    entries = [
        Row(pk=number, kind=kind, amount_cents=signs.get(kind, -1) * cents)
        for number, (kind, cents) in enumerate(moves)
    ]
    order = order_with(amount, entries, cancelled=cancelled)
    state, balance = order_state(order), balance_cents(order)
    assert balance == sum(entry.amount_cents for entry in entries if entry.kind != EntryKind.FEE)
    assert (state == OrderState.PAID) <= (balance == amount)
    assert (state == OrderState.OVERPAID) <= (balance > account(order).owed)
    assert 0 <= account(order).owed <= amount
    assert account(order).due == 0 or state in {OrderState.OPEN, OrderState.CHARGED_BACK, OrderState.CANCELLED}
    assert (state == OrderState.REFUNDED) <= (balance == 0)
    if any(entry.kind == EntryKind.PAYMENT for entry in entries):
        assert state != OrderState.CANCELLED
        assert (balance == amount) <= (state in {OrderState.PAID, OrderState.OVERPAID})


@given(st.one_of(st.floats(), st.decimals(), st.booleans(), st.text(), st.none()))
def test_nothing_but_a_whole_number_is_money(value):
    try:
        NewItem(label="x", unit_cents=value)
    except TypeError:
        return
    raise AssertionError(value)


@given(st.binary(max_size=200), st.text(min_size=1, max_size=40), st.binary(max_size=200), st.text(max_size=40))
def test_only_who_knows_the_secret_signs_exactly_these_bytes(data, secret, other_data, other_secret):
    signature = sign(data, secret)
    assert is_genuine(data, secret, signature)
    assert is_genuine(other_data, secret, signature) == (data == other_data)
    if other_secret.rstrip("\x00") != secret.rstrip("\x00"):  # HMAC pads short keys with zero bytes
        assert not is_genuine(data, other_secret, signature)
    assert not is_genuine(data, secret, other_secret)


@settings(max_examples=50)
@given(st.builds(random_reference))
def test_a_built_in_reference_has_a_check_digit_that_finds_every_wrong_digit(reference):
    mod_11_10.validate(reference)
    for place in range(len(reference)):
        digit = (int(reference[place]) + 1) % 10
        assert not mod_11_10.is_valid(f"{reference[:place]}{digit}{reference[place + 1 :]}")
