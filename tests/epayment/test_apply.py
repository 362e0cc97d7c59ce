from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from wagtail_epayment.flows import apply as apply_module
from wagtail_epayment.flows import process_left_over
from wagtail_epayment.models import LedgerEntry, OutboxEvent, ProviderMessage
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


def test_a_forged_message_changes_nothing_and_does_not_block_the_real_one(under_way, order):
    assert under_way.says(secret="guessed").status_code == 503
    assert not LedgerEntry.objects.exists()
    under_way.says()
    assert order_state(order) == OrderState.PAID


@pytest.mark.parametrize(
    "change",
    [
        {"amount_cents": 5750.0},
        {"amount_cents": "5750"},
        {"amount_cents": True},
        {"state": "rich"},
        {"tx_id": None},
        {"at": "yesterday"},
        {"currency": ["EUR"]},
        {"ref": "x" * 500},
    ],
    ids=str,
)
def test_garbage_is_refused_for_good_and_not_kept(under_way, change):
    assert under_way.says(**change).status_code == 400
    assert not ProviderMessage.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff\xfe", b'{"tx_id":'])
def test_what_is_no_message_is_refused(client, contract, body):
    answer = client.post(f"/zahlung/melden/sandbox/{contract.pk}/", body, content_type="application/json")
    assert answer.status_code == 400


def test_an_unknown_contract_or_provider_is_refused(client, contract):
    assert client.post("/zahlung/melden/sandbox/999999/", b"{}", content_type="application/json").status_code == 400
    address = f"/zahlung/melden/stripe/{contract.pk}/"
    assert client.post(address, b"{}", content_type="application/json").status_code == 400


def test_a_message_about_an_unknown_payment_is_kept_for_the_cash_office(under_way):
    assert under_way.says(tx_id="nobody-knows").status_code == 503
    assert "transaction id" in ProviderMessage.objects.get().discrepancy


@pytest.mark.parametrize("point", ["_misfit", "_take", "_book", "publish"])
def test_a_crash_at_any_line_heals(under_way, order, monkeypatch, point):
    def crash(*args, **kwargs):
        raise DatabaseError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(apply_module, point, crash)
        assert under_way.says().status_code == 503
    assert not LedgerEntry.objects.exists()
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
