"""Whatever comes to the door: a word, something for people to look at, or garbage. Never a crash, never a payment."""

from __future__ import annotations

import functools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.stripe import FakeStripe
from wagtail_epayment.errors import Garbage, NotUnderstood
from wagtail_epayment.providers.base import NothingOfOurs, RawMessage

from .conftest import TX_ID, a_refund, adapter_of, begun
from .test_signing import message

_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("x" * 500),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@functools.cache
def at_stripe():
    """One event of each kind, and who reads them."""
    with FakeStripe() as bank:
        adapter = adapter_of(bank)
        attempt = begun(adapter)
        bank.payer_pays(TX_ID)
        adapter.refund(attempt, a_refund(bank))
        bank.bank_returns(bank.bank_takes_back(TX_ID))
        return bank, adapter


def places(node, path=()):
    """Where a value stands in an event."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for name, value in pairs for place in places(value, (*path, name)))]


def with_value(node, path, value):
    changed = json.loads(json.dumps(node))
    into = changed
    for name in path[:-1]:
        into = into[name]
    into[path[-1]] = value
    return changed


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_genuine_event_with_anything_anywhere(data):
    bank, adapter = at_stripe()
    event = data.draw(st.sampled_from(bank.events))
    path = data.draw(st.sampled_from(places(event)[1:]))
    raw = message(bank, with_value(event, path, data.draw(_ANYTHING)))
    try:
        said = adapter.parse_notification(raw)
    except (Garbage, NotUnderstood):
        return
    assert said.is_verified
    assert adapter.parse_notification(adapter.scrub(raw)) == said


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=200) | _ANYTHING.map(lambda value: json.dumps(value).encode()), header=st.text())
def test_anything_at_all_from_a_stranger(body, header):
    _, adapter = at_stripe()
    raw = RawMessage(body=body, headers={"Stripe-Signature": header})
    with pytest.raises(Garbage):
        adapter.parse_notification(raw)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), header=st.text())
def test_a_strangers_event_proves_nothing_and_is_kept_without_what_it_says_of_people(data, header):
    bank, adapter = at_stripe()
    body = json.dumps(data.draw(st.sampled_from(bank.events))).encode()
    raw = RawMessage(body=body, headers={"Stripe-Signature": header})
    assert adapter.parse_notification(raw) == NothingOfOurs(is_verified=False)
    assert adapter.parse_notification(adapter.scrub(raw)) == NothingOfOurs(is_verified=False)
    assert b"Erika" not in adapter.scrub(raw).body


@pytest.mark.parametrize("depth", [20, 300, 900, 990])
def test_an_event_as_deep_as_a_well_is_survived(depth):
    _, adapter = at_stripe()
    inside = b'{"source": ' * depth + b"1" + b"}" * depth
    raw = RawMessage(body=b'{"object": "event", "data": {"object": ' + inside + b"}}", headers={})
    try:
        assert not adapter.parse_notification(raw).is_verified
    except Garbage:
        return
    assert len(adapter.scrub(raw).body) < 1000
