"""What is kept of a notification: all that proves it, and nothing that names the payer."""

from __future__ import annotations

import urllib.parse

import pytest

from wagtail_epayment.providers.base import RawMessage
from wagtail_epayment.providers.girocheckout.notification import SEAL
from wagtail_epayment.providers.girocheckout.signing import seal

from .conftest import a_message

PAYER = {
    "gcCardnumber": "411111******1111",
    "gcCardExpDate": "12/2028",
    "gcAccountHolder": "Jörg & Söhne +%",
    "gcIban": "DE02",
}


def test_who_paid_is_taken_out_and_it_still_says_the_same(giro, adapter):
    message = a_message(giro, page=True, **PAYER)
    kept = adapter.scrub(message)
    text = urllib.parse.unquote_plus(kept.body.decode())
    assert not any(value in text for value in PAYER.values())
    assert "gcIban=" in text
    assert adapter.parse_notification(kept) == adapter.parse_notification(message)
    assert adapter.parse_notification(kept).is_verified
    assert adapter.scrub(kept) == kept


def test_what_names_nobody_is_kept_as_it_came(giro, adapter):
    message = a_message(giro, page=True)
    assert adapter.scrub(message) is message


@pytest.mark.parametrize("name", ["gcIban", "GCIBAN", "gc%49ban", "gciban"])
def test_taken_out_however_it_is_spelt(adapter, name):
    kept = adapter.scrub(RawMessage(body=f"a=1&{name}=DE02&{name}=DE03&b".encode(), headers={}))
    assert b"DE0" not in kept.body
    assert kept.headers == {}


def test_a_forgery_gets_no_seal(giro, adapter):
    message = a_message(giro, page=True, drop=["gcAmount"], after=[("gcAmount", "1")], **PAYER)
    kept = adapter.scrub(message)
    assert kept.headers == {}
    assert not adapter.parse_notification(kept).is_verified


def test_a_seal_is_made_with_the_password_only(giro, adapter):
    kept = adapter.scrub(a_message(giro, page=True, **PAYER))
    forged = kept.body.replace(b"5750", b"9999")
    for mark in (kept.headers[SEAL], seal(forged, ""), seal(forged, "guessed")):
        assert not adapter.parse_notification(RawMessage(body=forged, headers={SEAL: mark})).is_verified


def test_every_copy_has_one_key_and_other_news_another(giro, adapter):
    def key(**changes):
        return adapter.parse_notification(a_message(giro, page=True, **changes)).dedupe_key

    assert key() == key()
    assert key() != key(result="4900")
