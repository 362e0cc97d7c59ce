"""Only what Stripe has signed just now is believed."""

from __future__ import annotations

import json
import time

import pytest

from tests.fakes.stripe import SECRET
from wagtail_epayment.errors import Garbage, NotUnderstood
from wagtail_epayment.models import AttemptState
from wagtail_epayment.providers.base import NothingOfOurs, RawMessage
from wagtail_epayment.providers.stripe.signing import SEAL

from .conftest import TX_ID, adapter_of, begun

HEADER = "Stripe-Signature"


@pytest.fixture
def event(bank, adapter):
    """A payment that succeeded, as Stripe tells it."""
    begun(adapter)
    bank.payer_pays(TX_ID)
    return bank.events[-1]


def message(bank, event, **how):
    notice = bank.notice(event, **how)
    return RawMessage(body=notice.body, headers={HEADER: notice.headers[HEADER]})


def is_believed(adapter, raw):
    said = adapter.parse_notification(raw)
    if said == NothingOfOurs(is_verified=False):
        return False
    assert said.state == AttemptState.SUCCEEDED
    return True


@pytest.mark.parametrize(("seconds", "believed"), [(0, True), (-290, True), (290, True), (-320, False), (320, False)])
def test_a_signature_is_good_for_five_minutes_in_both_directions(bank, adapter, event, seconds, believed):
    raw = message(bank, event, at=int(time.time()) + seconds)
    assert is_believed(adapter, raw) is believed


def test_a_signature_of_another_year_is_nothing(bank, adapter, event):
    for at in (0, 2**33):
        assert not is_believed(adapter, message(bank, event, at=at))


def test_while_the_secret_is_changed_both_are_good(bank, event):
    during = adapter_of(bank, credentials={"webhook_secrets": f"\n whsec_new \r\n{SECRET}\n"})
    after = adapter_of(bank, credentials={"webhook_secrets": "whsec_new"})
    old, new = message(bank, event), message(bank, event, secrets=["whsec_new"])
    both = message(bank, event, secrets=["whsec_new", SECRET])
    assert [is_believed(during, raw) for raw in (old, new, both)] == [True, True, True]
    assert [is_believed(after, raw) for raw in (old, new, both)] == [False, True, True]


@pytest.mark.parametrize("secrets", ["", "\n \n"])
def test_without_a_secret_nothing_is_believed(bank, event, secrets):
    empty = adapter_of(bank, credentials={"webhook_secrets": secrets})
    assert not is_believed(empty, message(bank, event, secrets=[" "]))
    assert not is_believed(empty, message(bank, event))


def test_every_changed_byte_is_noticed(bank, adapter, event):
    raw = message(bank, event)
    for place in range(0, len(raw.body), 7):
        changed = bytearray(raw.body)
        changed[place] ^= 1
        try:
            assert not is_believed(adapter, RawMessage(body=bytes(changed), headers=raw.headers))
        except Garbage:
            continue


@pytest.mark.parametrize(
    "spoil",
    [
        lambda header: "",
        lambda header: header[:-1],
        lambda header: header.replace("v1=", "v0="),
        lambda header: header.split(",")[1],
        lambda header: header.split(",")[0],
        lambda header: f"t={int(time.time()) + 1},{header.split(',')[1]}",
        lambda header: f"{header},t={int(time.time())}",
        lambda header: f"{header[:-1]}é",
        lambda header: f"t=1,{header}",
        lambda header: header.replace("t=", "t= "),
        lambda header: f"t=-5,{header.split(',')[1]}",
        lambda header: "t=1e9,v1=ü",
        lambda header: "t=99999999999999999999,v1=0",
        lambda header: ",,,===,",
    ],
)
def test_a_spoilt_header_is_no_signature(bank, adapter, event, spoil):
    raw = message(bank, event)
    assert not is_believed(adapter, RawMessage(body=raw.body, headers={HEADER: spoil(raw.headers[HEADER])}))


def test_the_header_is_known_in_any_spelling(bank, adapter, event):
    raw = message(bank, event)
    assert is_believed(adapter, RawMessage(body=raw.body, headers={"stripe-signature": raw.headers[HEADER]}))


def test_what_is_kept_says_the_same_for_ever_and_not_who_paid(bank, adapter, event, monkeypatch):
    raw = message(bank, event)
    kept = adapter.scrub(raw)
    assert b"Erika" in raw.body
    assert b"Erika" not in kept.body
    said = adapter.parse_notification(raw)
    monkeypatch.setattr("time.time", lambda: 2e9)
    assert adapter.parse_notification(kept) == said
    assert adapter.scrub(kept) == kept
    assert not is_believed(adapter, raw)


def test_a_seal_is_no_way_round_the_signature(bank, adapter, event):
    forged = message(bank, event, secrets=["whsec_forged"])
    assert SEAL not in adapter.signature_headers
    assert adapter.scrub(forged).headers == {}
    assert not is_believed(adapter, adapter.scrub(forged))
    kept = adapter.scrub(message(bank, event))
    changed = RawMessage(body=kept.body.replace(b"5750", b"9750"), headers=kept.headers)
    assert not is_believed(adapter, changed)
    assert not is_believed(adapter, RawMessage(body=kept.body, headers={SEAL: "é"}))


def test_test_money_is_not_booked_in_a_live_contract(bank, event):
    live = adapter_of(bank, is_live=True)
    with pytest.raises(NotUnderstood, match="test"):
        live.parse_notification(message(bank, event))


@pytest.mark.parametrize("change", [{"livemode": None}, {"livemode": "false"}, {"livemode": 0}])
def test_without_saying_whether_it_is_a_test_nothing_is_believed(bank, adapter, event, change):
    with pytest.raises(NotUnderstood):
        adapter.parse_notification(message(bank, {**event, **change}))


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"7", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"object": "event", "data": {"object": 7}}'],
    ids=range(8),
)
def test_what_is_no_event_is_garbage(adapter, body):
    with pytest.raises(Garbage):
        adapter.parse_notification(RawMessage(body=body, headers={}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("amount_total", value) for value in (None, 5.5, "5750", True, [], {})),
        *(("currency", value) for value in (None, 978, "EURO", "E\nR", [])),
        *(("id", value) for value in (None, 7, "", "cs_" * 100, {})),
        ("payment_intent", 7),
        ("metadata", {"merchant_tx_id": "\n"}),
        ("payment_status", []),
    ],
)
def test_a_genuine_event_with_an_odd_field_is_kept_for_people(bank, adapter, event, name, value):
    odd = json.loads(json.dumps(event))
    odd["data"]["object"][name] = value
    with pytest.raises(NotUnderstood):
        adapter.parse_notification(message(bank, odd))
