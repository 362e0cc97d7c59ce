"""Anything at all as a notification."""

from __future__ import annotations

import contextlib
import urllib.parse

from hypothesis import given
from hypothesis import strategies as st

from wagtail_epayment.errors import Garbage, NotUnderstood
from wagtail_epayment.models import AttemptState
from wagtail_epayment.providers.base import ContractView, RawMessage
from wagtail_epayment.providers.girocheckout import notification
from wagtail_epayment.providers.girocheckout.adapter import GiroCheckoutProvider
from wagtail_epayment.providers.girocheckout.signing import sign

from .conftest import CHANGED, THEIR_TX

ADAPTER = GiroCheckoutProvider(
    ContractView(credentials={"card_password": "secret"}, options={}, is_live=False, timeout=1, methods=("card",))
)
NAMES = st.sampled_from([*CHANGED, "gcHash", "gcType", "gcPaymethod", "gcIban", "gcObvName", "own"])


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_prove_nothing(body):
    _proves_nothing(body)


@given(st.lists(st.tuples(NAMES, st.text(max_size=20)), max_size=20))
def test_any_parameters_are_refused_or_prove_nothing(pairs):
    _proves_nothing(urllib.parse.urlencode(pairs, errors="replace").encode())


def _proves_nothing(body):
    message = RawMessage(body=body, headers={})
    ADAPTER.scrub(message)
    with contextlib.suppress(Garbage):
        assert not ADAPTER.parse_notification(message).is_verified


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=30)


@given(reference=TEXTS, backend=TEXTS, name=TEXTS, amount=st.integers(0, 10**12), own=TEXTS)
def test_whatever_is_signed_survives_the_way(reference, backend, name, amount, own):
    values = {
        "gcReference": reference,
        "gcMerchantTxId": THEIR_TX,
        "gcBackendTxId": backend,
        "gcAmount": str(amount),
        "gcCurrency": "EUR",
        "gcResultPayment": "4000",
        "gcObvName": name,
    }
    query = {"own": own, **values, "gcHash": sign(list(values.values()), "secret")}
    message = RawMessage(body=urllib.parse.urlencode(query).encode(), headers={})
    try:
        word = ADAPTER.parse_notification(message)
    except NotUnderstood:
        assert not reference.isprintable()
        return
    assert (word.is_verified, word.amount_cents, word.provider_ref) == (True, amount, reference)
    assert ADAPTER.parse_notification(ADAPTER.scrub(message)) == word


GENUINE = {
    "gcReference": "tx-1",
    "gcMerchantTxId": THEIR_TX,
    "gcBackendTxId": "b1",
    "gcAmount": "5750",
    "gcCurrency": "EUR",
    "gcResultPayment": "4900",
}
QUERY = urllib.parse.urlencode({**GENUINE, "gcHash": sign(list(GENUINE.values()), "secret"), "own": "1"}).encode()


@given(at=st.integers(0, len(QUERY) - 1), length=st.integers(0, 12), by=st.binary(max_size=12))
def test_no_small_change_makes_a_failure_a_success(at, length, by):
    message = RawMessage(body=QUERY[:at] + by + QUERY[at + length :], headers={})
    with contextlib.suppress(Garbage, NotUnderstood):
        word = ADAPTER.parse_notification(message)
        assert not word.is_verified or word.state != AttemptState.SUCCEEDED
        assert not word.is_verified or notification.read(message).signed == "".join(GENUINE.values()).encode()
