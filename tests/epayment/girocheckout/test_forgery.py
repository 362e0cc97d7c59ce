"""Notifications that prove nothing, or prove less than they say."""

from __future__ import annotations

import pytest

from wagtail_epayment.errors import Garbage, NotUnderstood
from wagtail_epayment.providers.base import RawMessage
from wagtail_epayment.providers.girocheckout import notification

from .conftest import CHANGED, a_message, adapter_of


@pytest.mark.parametrize("page", [True, False])
@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_value_proves_nothing(giro, adapter, name, page):
    message = a_message(giro, page=page, drop=[name], after=[(name, "9")])
    assert not adapter.parse_notification(message).is_verified


@pytest.mark.parametrize("page", [True, False])
@pytest.mark.parametrize("name", [*CHANGED, "gcHash"])
def test_a_repeated_value_proves_nothing(giro, adapter, name, page):
    word = adapter.parse_notification(a_message(giro, page=page, repeat=[name]))
    assert not word.is_verified


@pytest.mark.parametrize("name", ["gcBackendTxId", "gcAmount", "gcCurrency", "gcResultPayment"])
def test_a_missing_value_proves_nothing(giro, adapter, name):
    assert not adapter.parse_notification(a_message(giro, drop=[name])).is_verified


@pytest.mark.parametrize(
    "extra", [("gcPaymethod", "11"), ("gcType", "SALE"), ("gcObvName", "x"), ("gcResultAVS", "4020")]
)
def test_a_foreign_value_of_theirs_proves_nothing(giro, adapter, extra):
    assert not adapter.parse_notification(a_message(giro, after=[extra])).is_verified


@pytest.mark.parametrize("extra", [("gchash", "x"), ("amount", "1"), ("state", "succeeded"), ("gcStatus", "4000")])
def test_a_foreign_value_of_nobody_changes_nothing(giro, adapter, extra):
    plain, extended = a_message(giro), a_message(giro, after=[extra])
    assert adapter.parse_notification(extended) == adapter.parse_notification(plain)


@pytest.mark.parametrize("name", ["gcReference", "gcMerchantTxId", "gcHash"])
@pytest.mark.parametrize("after", [[], "blank"])
def test_without_its_names_it_is_no_notification(giro, adapter, name, after):
    message = a_message(giro, drop=[name], after=[(name, "")] if after else [])
    with pytest.raises(Garbage):
        adapter.parse_notification(message)


@pytest.mark.parametrize("hash_", ["", "0" * 32, "ü", "\x00", "A" * 5000])
def test_a_wrong_hash_proves_nothing(giro, adapter, hash_):
    try:
        assert not adapter.parse_notification(a_message(giro, drop=["gcHash"], after=[("gcHash", hash_)])).is_verified
    except Garbage:
        assert hash_ == ""


def test_a_hash_in_capitals_is_not_theirs(giro, adapter):
    message = a_message(giro)
    start, __, digest = message.body.decode().rpartition("gcHash=")
    shouted = RawMessage(body=f"{start}gcHash={digest.upper()}".encode(), headers={})
    assert not adapter.parse_notification(shouted).is_verified


def test_another_merchants_password_proves_nothing(giro):
    stranger = adapter_of(giro, credentials={"card_password": "other", "wero_password": ""})
    assert not stranger.parse_notification(a_message(giro)).is_verified


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gcAmount", ""),
        ("gcAmount", "57,50"),
        ("gcAmount", "-5750"),
        ("gcCurrency", ""),
        ("gcCurrency", "E\x00R"),
        ("gcResultPayment", ""),
        ("gcMerchantTxId", "x" * 200),
    ],
)
def test_signed_and_still_not_readable(giro, adapter, name, value):
    with pytest.raises(NotUnderstood):
        adapter.parse_notification(a_message(giro, **{name: value}))


def test_an_unproven_id_that_no_database_takes_is_dropped(giro, adapter):
    message = a_message(giro, drop=["gcMerchantTxId"], after=[("gcMerchantTxId", "a\x00b")])
    assert adapter.parse_notification(message).merchant_tx_id == ""


def test_a_right_hash_over_moved_borders_names_another_amount(giro, adapter):
    """Values are joined without separators: 57.50 euros become 1057.50 with a digit of the processor's id."""
    message = a_message(giro, gcBackendTxId="b10", gcAmount="5750")
    moved = message.body.replace(b"gcBackendTxId=b10&gcAmount=5750", b"gcBackendTxId=b&gcAmount=105750")
    assert moved != message.body
    word = adapter.parse_notification(RawMessage(body=moved, headers={}))
    assert word.is_verified
    assert word.amount_cents == 105750  # The core compares it with the attempt and books nothing.


def test_a_refund_cannot_be_told_as_a_payment_by_moving_borders(giro, adapter):
    message = a_message(giro, page=True, gcType="REFUND")
    head = b"gcPaymethod=11&gcType=REFUND&gcProjectId=4711"
    assert head in message.body
    for moved in (b"gcPaymethod=11REFUND4711", b"gcPaymethod=11&gcProjectId=REFUND4711"):
        body = message.body.replace(head, moved)
        assert notification.read(RawMessage(body=body, headers={})).is_page
        with pytest.raises(NotUnderstood):
            adapter.parse_notification(RawMessage(body=body, headers={}))
