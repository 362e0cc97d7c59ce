"""Notifications at the door: what is answered, what is kept, what a crash leaves to be done."""

from __future__ import annotations

import random
import urllib.parse

import pytest
from django.db import DatabaseError

from wagtail_epayment.flows import inbox, poll_attempt, start_payment
from wagtail_epayment.models import AttemptState, LedgerEntry, ProviderMessage
from wagtail_epayment.providers.base import ReturnUrls
from wagtail_epayment.state import OrderState, order_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(order, contract):
    door = f"http://testserver/zahlung/melden/girocheckout/{contract.pk}/"
    urls = ReturnUrls(back="http://testserver/", notify=door)
    start_payment(order=order, contract=contract, method="paypage", urls=lambda attempt: urls)
    return order.attempts.get()


@pytest.fixture
def door(client, giro):
    """GiroCheckout's notifications, handed in without a network."""

    def takes(change=lambda query: query):
        messages, giro.waiting = giro.waiting, []
        parts = [urllib.parse.urlsplit(message.url) for message in messages]
        return [client.get(part.path, QUERY_STRING=change(part.query)).status_code for part in parts]

    return takes


@pytest.mark.parametrize("names_page", [True, False])
@pytest.mark.parametrize("tells_page", [True, False])
@pytest.mark.parametrize("asks_first", [True, False])
def test_a_page_is_booked_once_under_whatever_references(giro, door, attempt, names_page, tells_page, asks_first):
    giro.status_names_page, giro.tells_page_reference = names_page, tells_page
    giro.payer_pays(attempt.merchant_tx_id, method="wero")
    if asks_first:
        poll_attempt(attempt)
    assert door() == [200]
    poll_attempt(attempt)
    assert LedgerEntry.objects.get().amount_cents == 5750
    assert not ProviderMessage.objects.exclude(discrepancy="").exists()


def test_who_paid_is_not_kept(giro, door, attempt, order):
    giro.tells_payer = True
    giro.payer_pays(attempt.merchant_tx_id)
    assert door() == [200]
    kept = inbox.kept(ProviderMessage.objects.get())
    assert b"411111" not in kept.body
    assert b"Erika" not in kept.body
    assert order_state(order) == OrderState.PAID


def test_a_crash_between_keeping_and_applying_loses_nothing(giro, door, attempt, order, monkeypatch):
    def dies(message, said):
        raise DatabaseError("gone")

    giro.tells_payer = True
    giro.payer_pays(attempt.merchant_tx_id)
    with monkeypatch.context() as broken:
        broken.setattr(inbox, "apply_message", dies)
        assert door() == [503]
    assert not LedgerEntry.objects.exists()
    ProviderMessage.objects.update(received_at="2020-01-01T00:00Z")
    assert inbox.process_left_over() == 1
    assert order_state(order) == OrderState.PAID
    giro.repeat()
    giro.tell(giro.transactions[-1])
    assert door() == [200]
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize("query", ["", "a=1", "gcHash=x", "gcReference=1&gcMerchantTxId=2", "%00=%00&&&=", "&" * 500])
def test_garbage_is_not_wanted_again_and_not_kept(client, attempt, query):
    path = f"/zahlung/melden/girocheckout/{attempt.contract_id}/"
    assert client.get(path, QUERY_STRING=query).status_code == 400
    assert client.post(path, query, content_type="application/x-www-form-urlencoded").status_code == 400
    assert not ProviderMessage.objects.exists()


@pytest.mark.parametrize(
    "tamper",
    [
        lambda query: query.replace("gcResultPayment=4900", "gcResultPayment=4000"),
        lambda query: query.replace("gcAmount=5750", "gcAmount=1"),
        lambda query: query + "&gcAmount=5750",
        lambda query: query.replace("gcCurrency=EUR", "gcCurrency=TRY"),
        lambda query: query.partition("&gcHash")[0] + "&gcHash=0",
        lambda query: query.replace("gcResultPayment=4900&", ""),
    ],
)
def test_tampering_is_kept_and_changes_nothing(giro, door, attempt, order, tamper):
    giro.payer_fails(attempt.merchant_tx_id)
    assert door(tamper) == [503]
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.PENDING
    message = ProviderMessage.objects.get()
    assert not message.is_verified
    assert message.discrepancy
    assert message.attempt == attempt


def test_a_forgery_does_not_block_the_real_one(giro, door, attempt, order):
    transaction = giro.payer_pays(attempt.merchant_tx_id)
    assert door(lambda query: query + "&gcAmount=5750") == [503]
    giro.tell(transaction)
    assert door() == [200]
    assert order_state(order) == OrderState.PAID


def test_whatever_is_made_of_a_failure_it_moves_no_money(giro, client, attempt):
    giro.payer_fails(attempt.merchant_tx_id)
    parts = urllib.parse.urlsplit(giro.waiting[0].url)
    dice = random.Random(4711)
    for number in range(400):
        spoilt = _spoilt(parts.query.encode(), dice)
        if number % 2:
            answer = client.post(parts.path, spoilt, content_type="application/x-www-form-urlencoded")
        else:
            answer = client.get(parts.path, QUERY_STRING=spoilt.decode("latin-1"))
        assert answer.status_code in {200, 400, 503}
        assert answer.content == b""
    attempt.refresh_from_db()
    assert attempt.state in {AttemptState.PENDING, AttemptState.FAILED}
    assert not LedgerEntry.objects.exists()


def _spoilt(query, dice):
    body = bytearray(query)
    for __ in range(dice.randint(1, 6)):
        at, length = dice.randrange(len(body) + 1), dice.randint(0, 20)
        body[at : at + length] = dice.choice([b"", dice.randbytes(length), b"&gcResultPayment=4000", b"%00", b"&" * 50])
    return bytes(body)


def test_another_towns_door_takes_no_money(giro, client, attempt, order, other_site, contract):
    contract.pk, contract.site = None, other_site
    contract.save()
    transaction = giro.payer_pays(attempt.merchant_tx_id)
    transaction.notify_url = f"http://testserver/zahlung/melden/girocheckout/{contract.pk}/"
    query = urllib.parse.urlsplit(giro.notification(transaction).url).query
    assert client.get(f"/zahlung/melden/girocheckout/{contract.pk}/", QUERY_STRING=query).status_code == 503
    assert not LedgerEntry.objects.exists()
