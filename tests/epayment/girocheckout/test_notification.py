"""What is believed of a notification, and what is kept of it."""

from __future__ import annotations

import contextlib
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.girocheckout import Transaction
from wagtail_epayment.errors import Garbage, NotUnderstood
from wagtail_epayment.models import AttemptState, RefundState
from wagtail_epayment.providers.base import ContractView, RawMessage, RefundWord, Word
from wagtail_epayment.providers.girocheckout import notification
from wagtail_epayment.providers.girocheckout.adapter import GiroCheckoutProvider
from wagtail_epayment.providers.girocheckout.notification import SEAL
from wagtail_epayment.providers.girocheckout.signing import seal, sign

from .conftest import adapter_of

TX = "KZ2026000017-0a1b2c3d4e5f"
THEIR_TX = "KZ2026000017_0a1b2c3d4e5f"
PAYER = {
    "gcCardnumber": "411111******1111",
    "gcCardExpDate": "12/2028",
    "gcAccountHolder": "Jörg & Söhne +%",
    "gcIban": "DE02",
}


def a_message(giro, *, method="card", page=False, result="4000", drop=(), repeat=(), own="", after=(), **changes):
    """A notification with a right hash; ``drop``, ``repeat`` and ``after`` spoil it on the way."""
    project = giro.projects["paypage" if page else method]
    transaction = Transaction(
        "tx-1", project, THEIR_TX, 5750, "EUR", method, result=result, notify_url=f"http://x/?{own}"
    )
    if page:
        transaction.page = object()
    query = urllib.parse.urlsplit(giro.notification(transaction, **changes).url).query
    pairs = [pair for pair in urllib.parse.parse_qsl(query, keep_blank_values=True) if pair[0] not in drop]
    pairs += [(name, value) for name, value in pairs if name in repeat] + list(after)
    return RawMessage(body=urllib.parse.urlencode(pairs).encode(), headers={})


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


CHANGED = ["gcReference", "gcMerchantTxId", "gcBackendTxId", "gcAmount", "gcCurrency", "gcResultPayment"]


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


# Refunds


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


# What is kept


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


# Anything at all

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
