"""Everything the sandbox bank can do wrong, as seen by a merchant."""

from __future__ import annotations

import pytest

from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable
from wagtail_epayment.models import AttemptState
from wagtail_epayment.providers.sandbox import bank
from wagtail_epayment.providers.sandbox.books import BankRefusesError, received_cents
from wagtail_epayment.providers.sandbox.chargebacks import charge_back, reverse_chargeback
from wagtail_epayment.providers.sandbox.clock import let_time_pass
from wagtail_epayment.providers.sandbox.faults import Fault, plan
from wagtail_epayment.providers.sandbox.models import SandboxMerchant, SandboxPayment
from wagtail_epayment.providers.sandbox.notices import deliver
from wagtail_epayment.providers.sandbox.payouts import pay_out
from wagtail_epayment.providers.sandbox.refunds import give_back
from wagtail_epayment.providers.sandbox.views import AFTERWARDS, BAD_WAYS

from .conftest import URLS, VIEW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("action", "states", "received"),
    [
        ("pay", ["succeeded"], 5750),
        ("duplicate", ["succeeded"] * 3, 5750),
        ("reorder", ["succeeded", "pending"], 5750),
        ("silent", [], 5750),
        ("failed_then_paid", ["failed", "succeeded"], 5750),
        ("paid_then_failed", ["succeeded", "failed"], 5750),
        ("twice", ["succeeded"] * 3, 11500),
        ("timeout", [], 0),
        ("days", [], 0),
        ("cancel", ["cancelled"], 0),
        ("fail", ["failed"], 0),
    ],
)
def test_what_it_tells_and_what_it_has(payment, told, action, states, received):
    bank.act(payment, action)
    assert [said["state"] for said in told] == states
    assert received_cents("tx-1") == received


def test_repetitions_keep_their_id_and_news_have_their_own(payment, told):
    bank.act(payment, "duplicate")
    assert len({said["event_id"] for said in told}) == 1


def test_overtaken_news_are_older_than_those_before(payment, told):
    bank.act(payment, "reorder")
    assert told[1]["at"] < told[0]["at"]


def test_it_lies_about_the_amount_with_the_right_signature(payment, provider, told):
    bank.act(payment, "lie")
    assert told[0]["amount_cents"] == 5850
    assert provider.fetch(VIEW)[1].amount_cents == 5850
    assert received_cents("tx-1") == 5750


def test_a_payment_of_three_days_is_pending_until_then_and_told_when_somebody_delivers(payment, provider, told):
    bank.act(payment, "days")
    assert let_time_pass(days=2).heard == 0
    assert provider.fetch(VIEW)[1].state == AttemptState.PENDING
    assert let_time_pass(days=4).heard == 1
    assert provider.fetch(VIEW)[1].state == AttemptState.SUCCEEDED
    assert received_cents("tx-1") == 5750


def test_what_nobody_heard_is_told_again_at_the_next_delivery(payment, told):
    told.answers = [503]
    bank.act(payment, "pay")
    assert let_time_pass().waiting == 1
    told.answers = [200]
    assert let_time_pass() == let_time_pass().__class__(heard=1, waiting=0)
    assert deliver() == 0


@pytest.mark.parametrize("fault", list(Fault))
def test_a_planned_fault_hits_the_next_beginning_once(provider, contract, fault):
    plan(SandboxMerchant.objects.get(), "create", fault)
    with pytest.raises(ProviderUnavailable):
        provider.start(VIEW, urls=URLS)
    assert SandboxPayment.objects.exists() == ("after" in fault)
    assert provider.start(VIEW, urls=URLS).url


def test_faults_come_in_the_order_they_were_planned(provider, contract, wire):
    plan(SandboxMerchant.objects.get(), "status", Fault.DROP_BEFORE, Fault.ERROR_AFTER)
    provider.start(VIEW, urls=URLS)
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            provider.fetch(VIEW)
    assert provider.fetch(VIEW)[1].state == AttemptState.PENDING


def test_a_fault_nobody_knows_is_refused(contract):
    with pytest.raises(ValueError, match="explode"):
        plan(SandboxMerchant.objects.get(), "create", "explode")


def test_a_chargeback_with_its_fee_and_back_again(payment, told):
    bank.act(payment, "pay")
    taken = charge_back(payment, fee_cents=350)
    with pytest.raises(BankRefusesError):
        charge_back(payment)
    reverse_chargeback(payment)
    with pytest.raises(BankRefusesError):
        reverse_chargeback(payment)
    deliver(payment)
    __, first, second = told
    assert (first["type"], first["amount_cents"], first["fee_cents"]) == ("chargeback", 5750, 350)
    assert (second["is_reversal"], second["fee_cents"], second["ref"]) == (True, 0, taken.ref)
    assert first["event_id"] != second["event_id"]
    assert received_cents("tx-1") == 5750


def test_the_bank_never_gives_back_more_than_there_is(payment, told):
    with pytest.raises(BankRefusesError):
        give_back(payment, amount_cents=1)
    bank.act(payment, "pay")
    give_back(payment, amount_cents=5000)
    for cents in (751, 0, -1):
        with pytest.raises(BankRefusesError):
            give_back(payment, amount_cents=cents)
    with pytest.raises(BankRefusesError):
        charge_back(payment, amount_cents=751)
    assert received_cents("tx-1") == 750


def test_an_order_of_a_stranger_is_refused_by_method_and_signature(client, contract):
    assert client.get("/sandbox-bank/api/refunds/").status_code == 405
    assert client.post("/sandbox-bank/api/refunds/").status_code == 401
    assert client.get("/sandbox-bank/api/payouts/po_x/").status_code == 401


def page_of(client, payment, **data):
    address = f"/sandbox-bank/pay/{payment.ref}/"
    return client.post(address, data) if data else client.get(address)


def test_the_area_behave_badly_is_closed_and_every_choice_in_it_has_a_label(client, payment):
    page = page_of(client, payment).content.decode()
    assert "<details>" in page
    for name in ["refund_mode", "fault_create", "fault_status", "fault_refund", "fault_refund_status"]:
        assert f'<label class="kern-label" for="{name}">' in page
        assert f'<select class="kern-form-input__select" id="{name}" name="{name}">' in page
    for action in BAD_WAYS:
        assert f'name="action" value="{action}"' in page


def test_what_was_chosen_beside_the_button_is_kept(client, payment, told):
    answer = page_of(client, payment, action="pay", refund_mode="later", fault_refund="drop_after", fault_create="")
    assert answer.url == "http://testserver/back/"
    payment.refresh_from_db()
    assert payment.refund_mode == "later"
    assert payment.merchant.__class__.objects.get().faults == {"refund": ["drop_after"]}


def test_choices_nobody_offered_change_nothing(client, payment, told):
    page_of(client, payment, action="pay", refund_mode="explode", fault_refund="explode")
    payment.refresh_from_db()
    assert payment.refund_mode == "at_once"
    assert SandboxMerchant.objects.get().faults == {}


def test_what_may_happen_afterwards_is_offered_once_there_is_money(client, payment, told):
    assert 'value="chargeback"' not in page_of(client, payment).content.decode()
    bank.act(payment, "pay")
    page = page_of(client, payment).content.decode()
    for action in AFTERWARDS:
        assert f'value="{action}"' in page
    assert "57,50" in page


@pytest.mark.parametrize(
    ("actions", "received"),
    [(["refund_half"], 2875), (["refund"], 0), (["chargeback"], 0), (["chargeback", "reverse"], 5750)],
    ids=str,
)
def test_pressing_what_may_happen_afterwards(client, payment, told, actions, received):
    bank.act(payment, "pay")
    for action in actions:
        assert page_of(client, payment, action=action).status_code == 302
    assert received_cents("tx-1") == received
    assert len(told) == 1 + len(actions)


def test_what_is_not_possible_is_said(client, payment, told):
    bank.act(payment, "pay")
    page_of(client, payment, action="refund")
    answer = page_of(client, payment, action="chargeback")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_paying_out_adds_up_to_nothing_and_happens_once(client, payment, provider, told):
    bank.act(payment, "pay")
    give_back(payment, amount_cents=1000)
    charge_back(payment, fee_cents=350)
    page_of(client, payment, action="payout")
    assert pay_out(payment.merchant) is None
    [(raw, report)] = provider.fetch_settlements(since=payment.created_at.date())
    amounts = {line.kind: line.amount_cents for line in report.lines}
    assert amounts == {"payment": 5750, "refund": -1000, "chargeback": -4750, "fee": -350, "payout": 350}
    assert sum(amounts.values()) == report.total_cents == 0
    assert len({line.key for line in report.lines}) == 5
    assert provider.parse_notification is not None
    assert raw.body


def test_reports_before_the_day_asked_for_are_not_told_again(payment, provider, told):
    import datetime

    bank.act(payment, "pay")
    pay_out(payment.merchant)
    later = payment.created_at.date() + datetime.timedelta(days=2)
    assert list(provider.fetch_settlements(since=later)) == []


def test_a_report_of_somebody_else_is_not_found(payment, provider, told, client):
    other = SandboxMerchant.objects.create(merchant_id="neustadt", secret="x")
    payment.merchant = other
    payment.save()
    bank.act(payment, "pay")
    payout = pay_out(other)
    with pytest.raises(ProviderRefused):
        provider._call("GET", f"api/payouts/{payout.ref}/")
