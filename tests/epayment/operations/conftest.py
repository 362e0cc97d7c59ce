from __future__ import annotations

import datetime
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from wagtail_epayment import outbox
from wagtail_epayment.flows.connect import issue_secret
from wagtail_epayment.models import (
    EntryKind,
    LedgerEntry,
    MatchClass,
    Receipt,
    Refund,
    RefundState,
    SettlementLine,
    SettlementReport,
    WebhookDelivery,
    WebhookEndpoint,
)


@pytest.fixture
def world(under_way, order, contract, site, monkeypatch):
    """A week in order: paid, told, receipted, partly given back, settled."""
    monkeypatch.setattr("wagtail_epayment.flows.issue.render_pdf", lambda template, data: b"%PDF")
    monkeypatch.setattr("wagtail_epayment.flows.webhook.send_webhook", SimpleNamespace(enqueue=lambda pk: None))
    endpoint = WebhookEndpoint(site=site, name="Fachverfahren", url="https://fach.example/")
    issue_secret(endpoint)
    under_way.says()
    outbox.deliver_due()
    attempt = under_way.attempt
    attempt.refresh_from_db()
    payment = LedgerEntry.objects.get()
    now = timezone.now()
    refund = Refund.objects.create(
        order=order, attempt=attempt, payment=payment, amount_cents=1000, currency="EUR",
        state=RefundState.SUCCEEDED, submitted_at=now,
    )  # fmt: skip
    LedgerEntry.objects.create(
        order=order, attempt=attempt, kind=EntryKind.REFUND, amount_cents=-1000, currency="EUR",
        provider_ref=str(refund.pk), occurred_at=now,
    )  # fmt: skip
    report = SettlementReport.objects.create(
        site=site, contract=contract, format="csv", reference="R1", total_cents=5750, lines_cents=5750,
        line_count=1, new_count=1, sha256="0", raw="x",
    )  # fmt: skip
    line = SettlementLine.objects.create(
        report=report, position=1, source="csv", key="1", kind="payment", amount_cents=5750, currency="EUR",
        match=MatchClass.MATCHED, why="", entry=payment, booked_on=datetime.date(2026, 1, 1),
    )  # fmt: skip
    WebhookDelivery.objects.update(delivered_at=now, next_try_at=None)
    return SimpleNamespace(
        order=order, attempt=attempt, contract=contract, payment=payment, refund=refund, report=report, line=line,
        receipt=Receipt.objects.get(), delivery=WebhookDelivery.objects.get(), event=order.events.get(),
        message=attempt.messages.get(), endpoint=endpoint, site=site,
    )  # fmt: skip


def sql(statement, *params):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # tables with pending checks cannot be altered
        cursor.execute(statement, params)


def drop_ledger_triggers():
    table = "wagtail_epayment_ledgerentry"
    if connection.vendor == "postgresql":
        sql(f"DROP TRIGGER {table}_append_only ON {table}")
        return
    for verb in ("update", "delete"):
        sql(f"DROP TRIGGER {table}_no_{verb}")


def drop_unique(table, column):
    """Take the unique constraint of a column away (PostgreSQL only; SQLite would need a new table)."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
    for name, constraint in found.items():
        if constraint["unique"] and constraint["columns"] == [column]:
            sql(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
