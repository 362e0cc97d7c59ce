from __future__ import annotations

import datetime

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests.epayment.conftest import Attempted
from wagtail_epayment.flows import NewItem, create_order, process_left_over
from wagtail_epayment.models import (
    LedgerEntry,
    OutboxEvent,
    PaymentAttempt,
    PaymentContract,
    PaymentOrder,
    ProviderMessage,
)
from wagtail_epayment.state import OrderState, balance_cents, order_state

pytestmark = pytest.mark.django_db


def test_a_paid_notification_books_every_cent_once(under_way, order):
    assert under_way.says().status_code == 200
    assert order_state(order) == OrderState.PAID
    assert balance_cents(order) == 5750
    assert OutboxEvent.objects.filter(kind="order.paid").count() == 1


def test_a_replay_changes_nothing(under_way, order):
    for _ in range(3):
        assert under_way.says().status_code == 200
    assert LedgerEntry.objects.count() == 1
    assert OutboxEvent.objects.count() == 1
    assert ProviderMessage.objects.count() == 3


def test_two_different_transfers_for_one_attempt_are_two_payments(under_way, order):
    under_way.says(payment_ref="tr_1")
    under_way.says(payment_ref="tr_2")
    assert order_state(order) == OrderState.OVERPAID
    assert OutboxEvent.objects.filter(kind="order.paid").count() == 1


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_a_success_after_a_failure_still_counts(under_way, order, end):
    under_way.says(end)
    assert order_state(order) == OrderState.OPEN
    under_way.says("succeeded")
    assert order_state(order) == OrderState.PAID


def test_a_failure_after_a_success_is_shown_and_not_believed(under_way, order):
    under_way.says("succeeded")
    under_way.says("failed")
    assert order_state(order) == OrderState.PAID
    assert ProviderMessage.objects.exclude(discrepancy="").count() == 1


@pytest.mark.parametrize(
    "lie",
    [{"amount_cents": 1}, {"amount_cents": 575000}, {"currency": "USD"}, {"ref": "sbx_other"}],
    ids=["too little", "too much", "other currency", "other payment"],
)
def test_a_genuine_message_that_does_not_fit_is_never_booked(under_way, order, lie):
    assert under_way.says(**lie).status_code == 200
    assert order_state(order) != OrderState.PAID
    assert not LedgerEntry.objects.exists()
    assert ProviderMessage.objects.get().discrepancy


def test_a_genuine_message_never_takes_another_payments_reference(under_way, order, site, contract):
    stranger = create_order(site=site, purpose="Andere", items=[NewItem(label="x", unit_cents=5750)])
    PaymentAttempt.objects.create(
        order=stranger,
        contract=contract,
        provider="sandbox",
        merchant_tx_id="stranger",
        provider_ref="sbx_stranger",
        amount_cents=5750,
        currency="EUR",
    )
    PaymentAttempt.objects.filter(pk=under_way.attempt.pk).update(provider_ref="")
    assert under_way.says(ref="sbx_stranger").status_code == 200
    assert "another payment" in ProviderMessage.objects.get().discrepancy
    assert not LedgerEntry.objects.exists()


def test_money_for_a_withdrawn_order_is_booked_and_shown(under_way, order):
    PaymentOrder.objects.update(cancelled_at=timezone.now())
    under_way.says()
    assert balance_cents(order) == 5750
    assert "cancelled" in ProviderMessage.objects.get().discrepancy


def test_two_attempts_paid_are_overpaid_and_shown(under_way, order, contract, monkeypatch):
    second = PaymentAttempt.objects.create(
        order=order,
        contract=contract,
        provider="sandbox",
        merchant_tx_id="second",
        amount_cents=5750,
        currency="EUR",
        state="pending",
    )
    under_way.says()
    other = Attempted(second, under_way.client)
    other.says(ref="sbx_2", payment_ref="tr_2")
    assert order_state(order) == OrderState.OVERPAID
    assert balance_cents(order) == 11500
    assert OutboxEvent.objects.filter(kind="order.paid").count() == 1
    assert ProviderMessage.objects.filter(discrepancy__contains="more has now been paid").count() == 1


@pytest.mark.parametrize("refs", [("", "tr_1"), ("tr_1", "")], ids=["named later", "named first"])
def test_money_named_in_one_message_and_not_in_the_other_is_booked_once(under_way, order, refs):
    for number, ref in enumerate(refs):
        under_way.says(payment_ref=ref, event_id=f"e{number}")
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize("at", ["1999-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"])
def test_a_bank_whose_clock_is_wrong_is_not_believed(under_way, at):
    under_way.says(at=at)
    assert abs(LedgerEntry.objects.get().occurred_at - timezone.now()) < datetime.timedelta(minutes=1)


def test_a_contract_without_secret_believes_nobody(under_way, contract):
    contract.credentials = {}
    contract.save()
    assert under_way.says(secret="").status_code == 503
    assert not LedgerEntry.objects.exists()


def test_a_notification_for_another_contract_moves_nothing(under_way, order, site):
    other = PaymentContract.objects.create(
        site=site, provider="sandbox", label="Alt", is_active=False, credentials={"secret": "bank-secret-4711"}
    )
    under_way.attempt.contract_id = other.pk
    under_way.attempt.refresh_from_db = lambda: None
    assert under_way.says().status_code == 503
    assert not LedgerEntry.objects.exists()


def test_only_signature_headers_are_kept(under_way):
    under_way.client.cookies["sessionid"] = "cookie-of-somebody"
    under_way.says()
    raw = ProviderMessage.objects.get().raw
    assert "X-Sandbox-Signature" in raw
    assert "cookie-of-somebody" not in raw


def test_a_forged_message_changes_nothing_and_does_not_block_the_real_one(under_way, order):
    assert under_way.says(secret="guessed").status_code == 503
    assert not LedgerEntry.objects.exists()
    under_way.says()
    assert order_state(order) == OrderState.PAID


NONSENSE = [
    {"amount_cents": 5750.0},
    {"amount_cents": "5750"},
    {"amount_cents": True},
    {"state": "rich"},
    {"tx_id": None},
    {"tx_id": "nul\x00byte"},
    {"tx_id": "half\ud800"},
    {"at": "yesterday"},
    {"at": "2026-11-24T10:00:00"},
    {"currency": ["EUR"]},
    {"ref": "x" * 500},
]


@pytest.mark.parametrize("change", NONSENSE, ids=repr)
def test_what_the_bank_surely_said_and_nobody_understands_is_kept_for_the_cash_office(under_way, change):
    assert under_way.says(**change).status_code == 200
    message = ProviderMessage.objects.get()
    assert message.discrepancy
    assert message.processed_at
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("change", NONSENSE, ids=repr)
def test_garbage_of_strangers_is_refused_for_good_and_not_kept(under_way, change):
    assert under_way.says(secret="guessed", **change).status_code == 400
    assert not ProviderMessage.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"\xff\xfe", b'{"tx_id":', b"[" * 60_000, b"9" * 60_000, b"x" * 70_000]
)
def test_what_is_no_message_is_refused(client, contract, body):
    answer = client.post(f"/zahlung/melden/sandbox/{contract.pk}/", body, content_type="application/json")
    assert answer.status_code == 400
    assert not ProviderMessage.objects.exists()


def test_an_unknown_contract_or_provider_is_refused(client, contract):
    assert client.post("/zahlung/melden/sandbox/999999/", b"{}", content_type="application/json").status_code == 400
    address = f"/zahlung/melden/stripe/{contract.pk}/"
    assert client.post(address, b"{}", content_type="application/json").status_code == 400


def test_a_message_about_an_unknown_payment_is_kept_for_the_cash_office(under_way):
    assert under_way.says(tx_id="nobody-knows").status_code == 503
    assert "transaction id" in ProviderMessage.objects.get().discrepancy


@pytest.mark.parametrize("place", ["apply._misfit", "apply._take_payment", "apply._book", "book.publish"])
def test_a_crash_at_any_line_heals(under_way, order, monkeypatch, place):
    def crash(*args, **kwargs):
        raise DatabaseError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(f"wagtail_epayment.flows.{place}", crash)
        assert under_way.says().status_code == 503
    assert not LedgerEntry.objects.exists()
    assert process_left_over() == 0, "the request that brought it may still be at work"
    ProviderMessage.objects.update(received_at=timezone.now() - datetime.timedelta(minutes=2))
    assert process_left_over() == 1
    assert order_state(order) == OrderState.PAID
    assert process_left_over() == 0


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_itself_refuses_to_change_the_ledger(under_way, change):
    under_way.says()
    rows = LedgerEntry.objects.all()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(amount_cents=1) if change == "update" else rows._raw_delete("default")
    assert LedgerEntry.objects.get().amount_cents == 5750
