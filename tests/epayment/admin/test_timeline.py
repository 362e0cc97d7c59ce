"""One page a cash officer understands: everything that happened to an order, in plain words, with the balance."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from wagtail_epayment.admin.timeline import timeline
from wagtail_epayment.flows import approve_refund, confirm_by_hand, record_chargeback, request_refund
from wagtail_epayment.flows.issue import issue_receipt
from wagtail_epayment.models import (
    Decision,
    DecisionKind,
    EntryKind,
    LedgerEntry,
    LineKind,
    MatchClass,
    MessageSource,
    PaymentOrder,
    ProviderMessage,
    SettlementLine,
    SettlementReport,
)
from wagtail_epayment.providers.base import Capabilities
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider
from wagtail_epayment.state import balance_cents

pytestmark = pytest.mark.django_db
PAGE = "/admin/epayment_orders/inspect/{}/"


@pytest.fixture
def people(django_user_model):
    return [django_user_model.objects.create_user(name) for name in ("frau.schmidt", "herr.kaya")]


@pytest.fixture
def eventful(under_way, order, site, people, monkeypatch):
    """An order that lived through everything."""
    monkeypatch.setattr(SandboxProvider, "can", Capabilities(notify=True, poll=True))
    clerk, chief = people
    under_way.says("failed", payment_ref=None)
    under_way.says(event_id="forged", secret="wrong")
    under_way.says()
    payment = LedgerEntry.objects.get()
    issue_receipt(payment)
    record_chargeback(
        payment=payment, amount_cents=5750, fee_cents=300, reference="RLS 1", occurred_on=timezone.localdate(),
        reason="Kontoauszug 117", user=chief,
    )  # fmt: skip
    record_chargeback(
        payment=payment, amount_cents=5750, reference="RLS 1", occurred_on=timezone.localdate(), is_reversal=True,
        reason="Kontoauszug 118", user=chief,
    )  # fmt: skip
    refund = request_refund(payment=payment, amount_cents=750, believed_cents=5750, reason="Kulanz", user=clerk)
    refund = approve_refund(refund, user=chief, reason="in Ordnung")
    confirm_by_hand(refund, user=chief, reference="SEPA 7", succeeded=True)
    report = SettlementReport.objects.create(site=site, format="plain", reference="R-1", sha256="x", raw="geheim")
    SettlementLine.objects.create(
        report=report, position=1, source="s", key="k", kind=LineKind.PAYMENT, amount_cents=5750, currency="EUR",
        match=MatchClass.MATCHED, entry=payment, order=order,
    )  # fmt: skip
    Decision.objects.create(
        site=site, kind=DecisionKind.ACCEPT, entry=payment, reason="mit der Bank geklärt", decided_by=chief
    )
    return PaymentOrder.objects.get(pk=order.pk)


def test_the_story_is_told_in_order_and_the_balance_ends_where_the_books_do(eventful):
    with translation.override("en"):
        events = timeline(eventful)
    told = [event.what for event in events]
    assert [event.at for event in events] == sorted(event.at for event in events)
    wanted = [
        "order over 57.50", "went to pay", "Nothing proves", "booked as paid", "took the money back",
        "A fee", "gave the money of the chargeback back", "frau.schmidt asked for a refund of 7.50",
        "herr.kaya approved", "booked as given back", "report plain R-1", "herr.kaya decided",
    ]  # fmt: skip
    places = [next((n for n, what in enumerate(told) if want in what), None) for want in wanted]
    assert None not in places, (wanted, told)
    balances = [event.balance for event in events if event.balance is not None]
    assert balances == [5750, 0, 0, 5750, 5000]
    assert balances[-1] == balance_cents(eventful)


def test_every_cent_of_the_ledger_is_in_the_story_once(eventful):
    moved = [event.cents for event in timeline(eventful) if event.cents is not None]
    assert sorted(moved) == sorted(LedgerEntry.objects.values_list("amount_cents", flat=True))


def test_every_link_leads_to_evidence_the_cash_office_may_see(eventful, site, staff):
    client = staff(site, "certifier")
    page = client.get(PAGE.format(eventful.pk))
    table = page.content.decode().split('id="timeline"')[1]
    links = set(re.findall(r'href="(/admin/[^"]+)"', table.split("</table>")[0]))
    assert len(links) >= 6
    assert {client.get(link).status_code for link in links} == {200}


def test_the_story_shows_neither_payers_nor_secrets(eventful, under_way, site, staff):
    under_way.says(iban="DE02120300000000202051", event_id="again")
    page = staff(site, "auditor").get(PAGE.format(eventful.pk)).content.decode()
    assert "•••" in page
    assert "DE0212" not in page


def test_questions_that_found_nothing_odd_are_told_once(under_way, order, contract):
    for _ in range(30):
        ProviderMessage.objects.create(
            provider="sandbox", contract=contract, attempt=under_way.attempt, source=MessageSource.POLL,
            raw='{"body": "{}", "headers": {}}', is_verified=True, processed_at=timezone.now(),
        )  # fmt: skip
    with translation.override("en"):
        told = [event.what for event in timeline(order)]
    assert [what for what in told if "asked the payment service" in what] == [
        "The portal asked the payment service 30 times how the payment stands."
    ]


def test_a_long_story_costs_as_many_queries_as_a_short_one(under_way, order, site, staff, people, monkeypatch):
    monkeypatch.setattr(SandboxProvider, "can", Capabilities(notify=True, poll=True))
    client = staff(site, "certifier")
    under_way.says()
    client.get(PAGE.format(order.pk))
    with CaptureQueriesContext(connection) as short:
        client.get(PAGE.format(order.pk))
    payment = LedgerEntry.objects.get(kind=EntryKind.PAYMENT)
    for number in range(10):
        under_way.says(event_id=f"n{number}", amount_cents=number + 1)
        refundable = 5750 - 10 * number
        refund = request_refund(payment=payment, amount_cents=10, believed_cents=refundable, reason="x", user=people[0])
        confirm_by_hand(approve_refund(refund, user=people[1]), user=people[1], reference=f"S{number}", succeeded=True)
    with CaptureQueriesContext(connection) as long:
        assert client.get(PAGE.format(order.pk)).status_code == 200
    assert len(long) <= len(short)
    assert len(long) <= 40
