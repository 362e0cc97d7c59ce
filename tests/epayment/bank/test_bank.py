from __future__ import annotations

import json
from io import StringIO

import pytest
import requests
from django.core.management import CommandError, call_command

from tests.epayment.conftest import SECRET
from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable
from wagtail_epayment.models import AttemptState, PaymentContract
from wagtail_epayment.providers.registry import providers
from wagtail_epayment.providers.sandbox import bank
from wagtail_epayment.providers.sandbox.models import SandboxPayment
from wagtail_epayment.providers.sandbox.notices import statement
from wagtail_epayment.providers.sandbox.signing import HEADER, MERCHANT_HEADER, sign

from .conftest import ORDER, URLS, VIEW

pytestmark = pytest.mark.django_db


def call(client, method, path, body=b"", *, secret=SECRET, merchant="musterstadt"):
    signature = sign(f"{method} {path}\n".encode() + body, secret)
    headers = {HEADER: signature, MERCHANT_HEADER: merchant}
    return client.generic(method, f"/sandbox-bank/{path}", body, content_type="application/json", headers=headers)


def test_begin_ask_and_be_told_the_same_story(provider):
    redirect = provider.start(VIEW, urls=URLS)
    assert redirect.url.startswith("http://testserver/sandbox-bank/pay/")
    raw, word = provider.fetch(VIEW)
    assert (word.state, word.amount_cents, word.provider_ref) == (AttemptState.PENDING, 5750, redirect.provider_ref)
    assert word.is_verified
    assert provider.parse_notification(raw).state == word.state


def test_beginning_twice_with_the_same_id_is_one_payment(provider):
    assert provider.start(VIEW, urls=URLS) == provider.start(VIEW, urls=URLS)
    assert SandboxPayment.objects.count() == 1


def test_an_unknown_payment_is_refused(provider):
    with pytest.raises(ProviderRefused):
        provider.fetch(VIEW)


def test_credentials_can_be_tried_without_moving_anything(provider, contract):
    provider.check()
    contract.credentials = {"merchant_id": "musterstadt", "secret": "wrong"}
    with pytest.raises(ProviderRefused):
        providers.for_contract(contract).check()
    assert not SandboxPayment.objects.exists()


def spoil(**changes):
    def cut(response):
        for name, value in changes.items():
            setattr(response, name, value)

    return cut


@pytest.mark.parametrize(
    "cut",
    [
        requests.ConnectTimeout(),
        requests.ReadTimeout(),
        requests.ConnectionError(),
        spoil(status_code=500),
        spoil(status_code=302),
        spoil(headers={}),
        spoil(_content=b'{"ref": "x", "url": "http://evil.example/"}'),
        spoil(_content=b"<html>maintenance</html>"),
    ],
    ids=["connect", "read", "reset", "500", "redirect", "unsigned", "forged", "html"],
)
def test_whatever_happens_on_the_line_is_unknown_and_never_failed(provider, wire, cut):
    wire.cut = cut
    with pytest.raises(ProviderUnavailable):
        provider.start(VIEW, urls=URLS)


def test_the_payer_may_meet_the_bank_at_another_address_than_we_do(contract, wire):
    contract.options = {**contract.options, "public_url": "https://bank.example/pruefung/"}
    redirect = providers.for_contract(contract).start(VIEW, urls=URLS)
    assert redirect.url == f"https://bank.example/pruefung/pay/{redirect.provider_ref}/"


@pytest.mark.parametrize(
    "change",
    [*({"amount_cents": amount} for amount in [0, -1, 1.5, "1", True]), {"tx_id": None}, {"extra": "x"}],
    ids=str,
)
def test_the_bank_refuses_nonsense(client, contract, change):
    body = json.dumps(ORDER | change).encode()
    assert call(client, "POST", "api/payments/", body).status_code == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b"[" * 50_000])
def test_the_bank_refuses_what_is_no_order(client, contract, body):
    assert call(client, "POST", "api/payments/", body).status_code == 400


def test_the_bank_refuses_strangers(client, contract):
    body = json.dumps(ORDER).encode()
    for wrong in [{"secret": "guessed"}, {"merchant": "somebody"}]:
        assert call(client, "POST", "api/payments/", body, **wrong).status_code == 401
        assert call(client, "GET", "api/payments/tx-1/", **wrong).status_code == 401
        assert call(client, "GET", "api/merchant/", **wrong).status_code == 401


def test_the_same_id_over_another_amount_is_refused(client, contract):
    assert call(client, "POST", "api/payments/", json.dumps(ORDER).encode()).status_code == 200
    assert call(client, "POST", "api/payments/", json.dumps(ORDER | {"amount_cents": 1}).encode()).status_code == 400


@pytest.mark.parametrize(("language", "text"), [("de", "Es fließt kein echtes Geld"), ("en", "No real money is moved")])
def test_the_banks_page_says_loudly_that_no_money_moves(client, payment, language, text):
    SandboxPayment.objects.update(language=language)
    page = client.get(f"/sandbox-bank/pay/{payment.ref}/").content.decode()
    assert text in page
    assert f'<html lang="{language}">' in page
    assert "style=" not in page
    assert "<script" not in page


def test_the_bank_tries_again_until_it_is_heard(payment, told):
    told.answers = [503, 500, 200]
    bank.act(payment, "pay")
    assert len(told) == 3
    assert {said["event_id"] for said in told} == {told[0]["event_id"]}


def test_the_bank_does_not_repeat_what_was_called_garbage(payment, told):
    told.answers = [400]
    bank.act(payment, "pay")
    assert len(told) == 1


def test_paying_twice_is_two_transfers_and_a_repetition(payment, told):
    bank.act(payment, "twice")
    refs = [said["payment_ref"] for said in told]
    assert len(refs) == 3
    assert refs[0] == refs[2] != refs[1]


def test_an_ended_payment_stays_as_it_is(payment, told):
    bank.act(payment, "cancel")
    bank.act(payment, "pay")
    payment.refresh_from_db()
    assert payment.state == "cancelled"
    assert [said["state"] for said in told] == ["cancelled"]


def test_a_time_out_tells_nobody_anything_and_is_paid_later(payment, told):
    bank.act(payment, "timeout")
    assert told == []
    assert statement(payment)["state"] == "unknown"
    bank.settle_late(payment)
    assert statement(payment)["state"] == "unknown"
    SandboxPayment.objects.update(settles_at="2020-01-01T00:00Z")
    payment.refresh_from_db()
    bank.settle_late(payment)
    assert statement(payment)["state"] == "succeeded"


def test_one_command_lets_a_site_take_sandbox_payments(site):
    out = StringIO()
    call_command("sandbox_account", "testserver", stdout=out)
    call_command("sandbox_account", "testserver", "--base-url", "http://127.0.0.1:9000/sandbox-bank/", stdout=out)
    contract = PaymentContract.objects.get()
    assert contract.options["base_url"] == "http://127.0.0.1:9000/sandbox-bank/"
    assert contract.credentials["secret"] not in out.getvalue()
    with pytest.raises(CommandError, match="Known: testserver"):
        call_command("sandbox_account", "nowhere.example")
