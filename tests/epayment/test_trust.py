"""Nothing a payer or a stranger puts into an address moves money, and nothing secret leaves the house."""

from __future__ import annotations

import logging

import pytest

from wagtail_epayment.errors import ProviderUnavailable
from wagtail_epayment.flows import NewItem, create_order, start_payment
from wagtail_epayment.models import AttemptState, LedgerEntry, PaymentAttempt, ProviderMessage
from wagtail_epayment.providers.base import ReturnUrls
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider
from wagtail_epayment.providers.sandbox.signing import HEADER
from wagtail_epayment.state import OrderState, order_state

from .conftest import SECRET, said, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank_says(monkeypatch, under_way):
    def answers(state):
        def fetch(self, attempt):
            raw = signed(said(under_way.attempt, state, event_id=""))
            return raw, self.parse_notification(raw)

        monkeypatch.setattr(SandboxProvider, "fetch", fetch)

    return answers


@pytest.mark.parametrize("query", ["?state=succeeded", "?gcResultPayment=4000&gcAmount=5750", "?paid=1&paid=1", ""])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_the_return_address_claims_proves_nothing(client, under_way, order, bank_says, query, method):
    bank_says("pending")
    answer = getattr(client, method)(f"/zahlung/zurueck/{under_way.attempt.return_token}/{query}")
    assert answer.url == f"/zahlung/{order.token}/"
    assert not LedgerEntry.objects.exists()
    assert "wird geprüft" in client.get(answer.url).content.decode()


def test_coming_back_asks_the_bank_and_shows_the_truth(client, under_way, order, bank_says):
    bank_says("succeeded")
    page = client.get(f"/zahlung/zurueck/{under_way.attempt.return_token}/?state=failed", follow=True)
    assert "Ihre Zahlung ist eingegangen" in page.content.decode()
    assert order_state(order) == OrderState.PAID


def test_coming_back_again_and_again_asks_only_while_it_is_open(client, under_way, monkeypatch):
    under_way.says()
    monkeypatch.setattr(SandboxProvider, "fetch", lambda *args: pytest.fail("asked although it is known"))
    assert client.get(f"/zahlung/zurueck/{under_way.attempt.return_token}/").status_code == 302


def test_a_silent_bank_at_the_return_is_a_page_that_goes_on_looking(client, under_way, order, monkeypatch):
    def silent(self, attempt):
        raise ProviderUnavailable("silent")

    monkeypatch.setattr(SandboxProvider, "fetch", silent)
    page = client.get(f"/zahlung/zurueck/{under_way.attempt.return_token}/", follow=True).content.decode()
    assert "wird geprüft" in page
    assert 'http-equiv="refresh"' in page


@pytest.mark.parametrize("token", ["guessed", "x" * 300, "%00", "..%2f"])
def test_a_guessed_token_opens_nothing(client, under_way, token):
    for address in [f"/zahlung/zurueck/{token}/", f"/zahlung/{token}/", f"/zahlung/{token}/beleg/1/"]:
        assert client.get(address).status_code == 404


def test_the_return_token_is_not_the_orders_key(client, under_way, order):
    assert client.get(f"/zahlung/{under_way.attempt.return_token}/").status_code == 404
    assert client.get(f"/zahlung/zurueck/{order.token}/").status_code == 404


def test_coming_back_on_another_towns_host_opens_nothing(client, under_way, other_site):
    address = f"/zahlung/zurueck/{under_way.attempt.return_token}/"
    assert client.get(address, HTTP_HOST=other_site.hostname).status_code == 404


def test_parameters_beside_a_notification_are_ignored(under_way, order):
    message = signed(said(under_way.attempt, "failed"))
    address = f"/zahlung/melden/sandbox/{under_way.attempt.contract_id}/?state=succeeded&amount_cents=5750"
    under_way.client.post(address, message.body, content_type="application/json", headers=message.headers)
    assert not LedgerEntry.objects.exists()
    assert under_way.attempt.__class__.objects.get().state == AttemptState.FAILED


@pytest.mark.parametrize("signature", [None, "", "ä" * 64, "0" * 64, "x" * 10_000])
def test_a_notification_without_its_signature_moves_nothing(under_way, signature):
    message = signed(said(under_way.attempt))
    address = f"/zahlung/melden/sandbox/{under_way.attempt.contract_id}/"
    headers = {} if signature is None else {HEADER: signature}
    answer = under_way.client.post(address, message.body, content_type="application/json", headers=headers)
    assert answer.status_code == 503
    assert not LedgerEntry.objects.exists()
    assert "signature" in ProviderMessage.objects.get().discrepancy


def test_one_changed_byte_breaks_the_signature(under_way):
    message = signed(said(under_way.attempt, amount_cents=1))
    body = message.body.replace(b'"amount_cents": 1', b'"amount_cents": 5750')
    address = f"/zahlung/melden/sandbox/{under_way.attempt.contract_id}/"
    answer = under_way.client.post(address, body, content_type="application/json", headers=message.headers)
    assert answer.status_code == 503
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_only_get_and_post_are_messages(client, contract, method):
    assert getattr(client, method)(f"/zahlung/melden/sandbox/{contract.pk}/").status_code == 405


def test_a_message_by_get_is_read_from_the_query_and_garbage_here(client, contract):
    assert client.get(f"/zahlung/melden/sandbox/{contract.pk}/?gcAmount=1").status_code == 400


def test_a_form_of_another_site_cannot_begin_a_payment(order, contract):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/zahlung/{order.token}/", {"contract": contract.pk}).status_code == 403
    assert not PaymentAttempt.objects.exists()


@pytest.mark.parametrize("chosen", ["0", "-1", "abc", "1 OR 1=1", "999999999999999999999999"])
def test_a_foreign_way_of_paying_is_refused_at_the_form(client, order, contract, chosen):
    answer = client.post(f"/zahlung/{order.token}/", {"contract": chosen})
    assert answer.status_code == 422
    assert "Bitte wählen Sie" in answer.content.decode()
    assert answer.content.decode().split("<title>")[1].startswith("Fehler:")


def test_no_secret_and_no_payer_in_any_log(order, site, contract, client, caplog, under_way, monkeypatch):
    caplog.set_level(logging.DEBUG)
    order.payer = {"last_name": "Mustermann"}
    order.save()
    under_way.says(secret="guessed")
    under_way.says(amount_cents=1)
    under_way.says()

    def broken(self, attempt, urls):
        raise RuntimeError("boom")

    monkeypatch.setattr(SandboxProvider, "start", broken)
    other = create_order(site=site, purpose="P", items=[NewItem(label="x", unit_cents=1)])
    with pytest.raises(ProviderUnavailable):
        start_payment(order=other, contract=contract, urls=lambda attempt: ReturnUrls(back="b", notify="n"))
    assert SECRET not in caplog.text
    assert "Mustermann" not in caplog.text
    assert order.token not in caplog.text


def test_an_adapters_contract_does_not_print_its_secrets(contract):
    from wagtail_epayment.providers.registry import providers

    assert SECRET not in repr(providers.for_contract(contract).contract)


def test_pages_with_a_key_in_their_address_tell_nobody_else(client, order, contract):
    answer = client.get(f"/zahlung/{order.token}/")
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
