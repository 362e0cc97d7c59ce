"""Rows of the comparison as the cash office reads them: amount, explanation, next step, evidence, decisions."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_sitekit.money import format_money

from ..models import LedgerEntry, ProviderMessage, SettlementLine, SettlementReport
from ..reconciliation.classes import RowClass
from ..reconciliation.explain import Explanation, explain_entry, explain_line, explain_message, explain_report

NAMESPACE = "epayment_reconciliation"
LastReports = Mapping[tuple[int, str], datetime.date]


@dataclass(frozen=True, slots=True)
class Card:
    title: str
    amount: str
    day: datetime.date
    explanation: Explanation
    facts: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    decisions: tuple[Any, ...] = ()


def with_evidence(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows with all their cards need, in a fixed number of queries."""
    if rows.model is SettlementReport:
        return rows
    joined = {
        SettlementLine: ("report__contract", "order", "attempt", "entry", "explains"),
        LedgerEntry: ("order", "attempt__contract"),
        ProviderMessage: ("attempt__order", "contract"),
    }[rows.model]
    rows = rows.select_related(*joined).prefetch_related("decisions__decided_by", "decisions__order")
    # A report's file is large and encrypted: nobody reads it here.
    return rows.defer("report__raw") if rows.model is SettlementLine else rows


def last_reports(sites: QuerySet[Any]) -> LastReports:
    """The last day the reports of each site and provider reach."""
    reports = SettlementReport.objects.filter(site__in=sites, contract__isnull=False)
    day = Max(Coalesce("period_to", "paid_on", TruncDate("imported_at")))
    rows = reports.order_by().values_list("site", "contract__provider").annotate(day=day)
    return {(site, provider): last for site, provider, last in rows}


def card_of(row: Any, row_class: str, *, last: LastReports) -> Card:
    if isinstance(row, SettlementLine):
        return _of_line(row, row_class)
    if isinstance(row, LedgerEntry):
        return _of_entry(row, row_class, last)
    return _of_message(row) if isinstance(row, ProviderMessage) else _of_report(row)


def class_of_entry(entry: LedgerEntry, overdue_since: datetime.datetime) -> str:
    return RowClass.NOT_SETTLED if entry.created_at < overdue_since else RowClass.WAITING


def _of_line(line: SettlementLine, row_class: str) -> Card:
    facts = [
        (_("Comparison"), line.get_match_display()),
        (_("Kassenzeichen"), line.order.reference if line.order else line.reference),
        (_("Reference of the payment service"), line.payment_ref or line.provider_ref),
        (_("Our transaction id"), line.merchant_tx_id),
        (_("Report"), str(line.report)),
    ]
    links = [(_("Report line"), _url("line", line.pk)), (_("Report"), _url("report", line.report_id))]
    if line.order_id:
        links.append((_("Timeline of the order"), reverse("epayment_orders:inspect", args=[line.order_id])))
    if line.explains:
        links.append((_("Part of"), _url("line", line.explains_id)))
    return Card(
        title=line.get_kind_display(),
        amount=format_money(line.amount_cents, line.currency),
        day=line.booked_on or timezone.localdate(line.report.imported_at),
        explanation=explain_line(line, row_class),
        facts=_there(facts),
        links=tuple(links),
        decisions=tuple(line.decisions.all()),
    )


def _of_entry(entry: LedgerEntry, row_class: str, last: LastReports) -> Card:
    contract = entry.attempt.contract
    facts = [
        (_("Kassenzeichen"), entry.order.reference),
        (_("Reference of the payment service"), entry.provider_ref),
        (_("Our transaction id"), entry.attempt.merchant_tx_id),
        (_("Way of payment"), contract.label),
    ]
    links = [
        (_("Ledger entry"), _url("entry", entry.pk)),
        (_("Timeline of the order"), reverse("epayment_orders:inspect", args=[entry.order_id])),
    ]
    reach = last.get((entry.order.site_id, contract.provider))
    return Card(
        title=entry.get_kind_display(),
        amount=format_money(entry.amount_cents, entry.currency),
        day=timezone.localdate(entry.created_at),
        explanation=explain_entry(entry, row_class, last_report=reach),
        facts=_there(facts),
        links=tuple(links),
        decisions=tuple(entry.decisions.all()),
    )


def _of_message(message: ProviderMessage) -> Card:
    order = message.attempt.order if message.attempt else None
    facts = [
        (_("Kassenzeichen"), order.reference if order else ""),
        (_("Provider"), message.contract.label),
    ]
    links = [
        (_("Decide"), _url("message", message.pk)),
        (_("Message as it came"), reverse("epayment_messages:inspect", args=[message.pk])),
    ]
    if order:
        links.append((_("Timeline of the order"), reverse("epayment_orders:inspect", args=[order.pk])))
    return Card(
        title=message.get_source_display(),
        amount="",
        day=timezone.localdate(message.received_at),
        explanation=explain_message(message),
        facts=_there(facts),
        links=tuple(links),
        decisions=tuple(message.decisions.all()),
    )


def _of_report(report: SettlementReport) -> Card:
    return Card(
        title=str(report),
        amount=format_money(report.difference_cents, report.currency),
        day=timezone.localdate(report.imported_at),
        explanation=explain_report(report),
        facts=(),
        links=((_("Report"), _url("report", report.pk)),),
    )


#: Details of a line that identify nobody.
_PLAIN = {"line", "code", "return_reason"}
_LABELS = {
    "line": gettext_lazy("Line in the file"),
    "code": gettext_lazy("Booking code of the bank"),
    "return_reason": gettext_lazy("Reason of the return"),
    "name": gettext_lazy("Name of the other side"),
    "iban": gettext_lazy("Account of the other side"),
    "text": gettext_lazy("Remittance text"),
}
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+")


def masked_details(line: SettlementLine) -> list[tuple[str, str]]:
    """What else the report says of a line; names, accounts and addresses are masked, the text stays readable."""
    shown = []
    for name, value in line.details.items():
        if name == "text":
            shown.append((name, _MAIL.sub("•••", _IBAN.sub("•••", str(value)))))
        elif value:
            shown.append((name, str(value) if name in _PLAIN else "•••"))
    return [(str(_LABELS.get(name, name)), value) for name, value in shown if value]


def _there(facts: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value in facts if value)


def _url(name: str, pk: Any) -> str:
    return reverse(f"{NAMESPACE}:{name}", args=[pk])
