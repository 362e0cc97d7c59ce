"""What people do to the sandbox bank from a terminal."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from wagtail_epayment.providers.sandbox import bank
from wagtail_epayment.providers.sandbox.books import received_cents
from wagtail_epayment.providers.sandbox.models import SandboxMerchant, SandboxPayment, SandboxPayout

pytestmark = pytest.mark.django_db


def run(*args):
    out = StringIO()
    call_command("sandbox_bank", *map(str, args), stdout=out)
    return out.getvalue()


def test_a_chargeback_and_its_reversal(payment, told):
    bank.act(payment, "pay")
    assert "5750 cents" in run("chargeback", payment.ref)
    assert received_cents("tx-1") == 0
    run("reverse", payment.ref)
    assert received_cents("tx-1") == 5750
    assert [said["type"] for said in told] == ["payment", "chargeback", "chargeback"]


def test_a_part_taken_back_for_another_fee(payment, told):
    bank.act(payment, "pay")
    run("chargeback", "tx-1", "--cents", 1000, "--fee", 0)
    assert received_cents("tx-1") == 4750
    assert told[-1]["fee_cents"] == 0


def test_a_refund_at_the_bank_is_found_by_the_kassenzeichen(payment, told):
    SandboxPayment.objects.update(tx_id="2607110815001-a1b2c3")
    payment.refresh_from_db()
    bank.act(payment, "twice")
    run("refund", "2607110815001", "--cents", 750)
    run("refund", "2607110815001")
    assert received_cents(payment.tx_id) == 5000
    with pytest.raises(CommandError, match="So much"):
        run("refund", "2607110815001", "--cents", 5001)


def test_what_is_not_there_is_said(payment, told):
    with pytest.raises(CommandError, match="no paid payment"):
        run("chargeback", "tx-1")
    with pytest.raises(CommandError, match="Known: musterstadt"):
        run("payout", "nowhere")
    bank.act(payment, "pay")
    with pytest.raises(CommandError, match="Nothing"):
        run("reverse", "tx-1")


def test_time_passes(payment, told):
    bank.act(payment, "days")
    assert "Heard: 0" in run("deliver")
    assert "Heard: 1" in run("deliver", "--days", 3)


def test_pay_out_to_everybody_or_to_one(payment, told):
    bank.act(payment, "pay")
    assert "po_" in run("payout", "musterstadt")
    assert "nothing" in run("payout")
    assert SandboxPayout.objects.count() == 1


def test_plan_what_goes_wrong(contract):
    run("misbehave", "musterstadt", "create", "drop_after", "error_before")
    assert SandboxMerchant.objects.get().faults == {"create": ["drop_after", "error_before"]}
