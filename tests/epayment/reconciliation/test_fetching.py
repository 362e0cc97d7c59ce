"""Providers that can be asked for their reports are asked, once a day, each on its own."""

from __future__ import annotations

import dataclasses
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.epayment.reconciliation.conftest import DAY, Town, payment
from wagtail_epayment.errors import ProviderUnavailable
from wagtail_epayment.flows.fetch_reports import fetch_all_reports
from wagtail_epayment.models import (
    LedgerEntry,
    LineKind,
    PaymentContract,
    ProviderMessage,
    SettlementReport,
)
from wagtail_epayment.providers.base import RawMessage
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider
from wagtail_epayment.settlements.base import SettledLine, Settlement
from wagtail_epayment.state import balance_cents

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch):
    """Lets the sandbox answer with the reports a test gives, by contract label."""
    answers, asked_since = {}, []

    def fetch(self, *, since):
        asked_since.append(since)
        answer = answers.get(self.contract.credentials.get("merchant_id", ""), [])
        if isinstance(answer, Exception):
            raise answer
        yield from answer

    monkeypatch.setattr(SandboxProvider, "fetch_settlements", fetch)
    monkeypatch.setattr(SandboxProvider, "can", dataclasses.replace(SandboxProvider.can, settlement=True))
    answers["since"] = asked_since
    return answers


def settlement(attempt, reference="po_1", **changes):
    said = SettledLine(
        key=f"{reference}:1", kind=LineKind.PAYMENT, amount_cents=attempt.amount_cents, currency="EUR",
        merchant_tx_id=attempt.merchant_tx_id,
    )  # fmt: skip
    fields = {
        "reference": reference,
        "currency": "EUR",
        "lines": (said,),
        "total_cents": said.amount_cents,
        "paid_on": DAY,
    }
    return RawMessage(body=reference.encode(), headers={}), Settlement(**fields | changes)


def test_providers_are_asked_once_a_day_and_twice_does_no_damage(town, asked):
    attempt = town.attempt()
    asked["musterstadt"] = [settlement(attempt)]
    out = StringIO()
    call_command("epayment_reconcile", stdout=out)
    call_command("epayment_reconcile", stdout=out)
    assert "1 new reports, 1 new lines" in out.getvalue()
    assert "0 new reports, 0 new lines" in out.getvalue()
    assert LedgerEntry.objects.count() == 1
    assert SettlementReport.objects.get().contract == town.contract
    first, second = asked["since"]
    assert second <= DAY
    assert first <= second


def test_a_report_told_again_in_other_words_is_the_same_until_it_has_more_to_tell(town, asked):
    attempt, second = town.attempt(), town.attempt()
    raw, report = settlement(attempt)
    asked["musterstadt"] = [(raw, report), (RawMessage(body=b"the same, later", headers={}), report)]
    fetch_all_reports()
    assert SettlementReport.objects.count() == 1
    more = dataclasses.replace(report.lines[0], key="po_1:2", merchant_tx_id=second.merchant_tx_id)
    longer = dataclasses.replace(report, lines=(*report.lines, more), total_cents=11500)
    asked["musterstadt"] = [(RawMessage(body=b"longer", headers={}), longer)]
    [fetched] = fetch_all_reports()
    assert (fetched.reports, fetched.new_lines) == (1, 1)
    assert LedgerEntry.objects.count() == 2


@pytest.mark.parametrize("error", [ProviderUnavailable("no answer"), ZeroDivisionError("own mistake")])
def test_one_contracts_trouble_does_not_stop_the_others(town, other_site, asked, error):
    theirs = Town(
        other_site,
        PaymentContract.objects.create(
            site=other_site, provider="sandbox", label="Neustadt", credentials={"merchant_id": "neustadt"}
        ),
    )
    attempt = theirs.attempt()
    asked["musterstadt"] = error
    asked["neustadt"] = [settlement(attempt)]
    with pytest.raises(CommandError, match="1 of 2"):
        call_command("epayment_reconcile", stdout=StringIO())
    assert balance_cents(attempt.order) == 5750
    assert [bool(each.error) for each in fetch_all_reports()] == [True, False]


def test_the_message_of_a_report_is_kept_like_any_other(town):
    attempt = town.attempt()
    town.reports(payment(attempt))
    message = ProviderMessage.objects.get()
    assert (message.source, message.attempt, message.is_verified) == ("settlement", attempt, True)
    assert message.processed_at
