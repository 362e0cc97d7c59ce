"""What providers and the bank report, beside our ledger."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from wagtail.models import Site

from wagtail_epayment.models import LedgerEntry, ProviderMessage, SettlementLine
from wagtail_epayment.reconciliation import classes
from wagtail_epayment.reconciliation.classes import RowClass

from ..budget import end_of
from ..models import FinanceTenant
from .booked import sums, text_of
from .difference import SHOWN, Code, Evidence, difference


def by_way(entries: QuerySet[LedgerEntry]) -> list[dict[str, Any]]:
    """Booked per contract and way of payment, and how much of it a report has told of."""
    told = Exists(SettlementLine.objects.filter(entry=OuterRef("pk")))
    fields = ("attempt__contract", "attempt__contract__label", "attempt__provider", "method")
    rows = entries.annotate(told=told).order_by().values(*fields, "told")
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows.annotate(count=Count("pk"), cents=Sum("amount_cents")):
        contract, label, provider, method = (row[name] for name in fields)
        way = {"contract": contract, "label": label, "provider": provider, "method": method}
        sums = {"count": 0, "cents": 0, "told_count": 0, "told_cents": 0}
        kept = found.setdefault((label, provider, method, contract), way | sums)
        for prefix in ("", "told_") if row["told"] else ("",):
            kept[f"{prefix}count"] += row["count"]
            kept[f"{prefix}cents"] += row["cents"]
    return [found[key] for key in sorted(found, key=str)]


def lines_of_day(tenant: FinanceTenant, day: datetime.date) -> QuerySet[SettlementLine]:
    return SettlementLine.objects.filter(report__site=tenant.site_id, booked_on=day)


def late_lines(
    tenant: FinanceTenant, day: datetime.date, *, since: datetime.datetime | None
) -> QuerySet[SettlementLine]:
    """Lines of earlier days imported after the closing before this one was prepared; none before the first."""
    lines = SettlementLine.objects.filter(report__site=tenant.site_id, booked_on__lt=day)
    return lines.filter(report__imported_at__gt=since) if since else lines.none()


def by_source(lines: QuerySet[SettlementLine]) -> list[dict[str, Any]]:
    """Counts and sums per source (a contract, or the bank) and kind, and how many lines are open."""
    still_open = Count("pk", filter=~Q(why=""))
    rows = lines.order_by("report__contract__label", "report__contract", "kind").values(
        "report__contract", "report__contract__label", "kind"
    )
    return [
        {
            "contract": row["report__contract"],
            "label": row["report__contract__label"] or "",
            "kind": row["kind"],
            "count": row["count"],
            "cents": row["cents"],
            "open": row["open"],
        }
        for row in rows.annotate(count=Count("pk"), cents=Sum("amount_cents"), open=still_open)
    ]


def bank(lines: QuerySet[SettlementLine]) -> dict[str, int]:
    """Credits and debits of the commune's account; parts of a batch are counted with the batch."""
    of_bank = lines.filter(report__contract=None, explains=None)
    credit, debit = Q(amount_cents__gt=0), Q(amount_cents__lt=0)
    return of_bank.order_by().aggregate(
        credits=Count("pk", filter=credit),
        credit_cents=Sum("amount_cents", filter=credit, default=0),
        debits=Count("pk", filter=debit),
        debit_cents=Sum("amount_cents", filter=debit, default=0),
    )


def differences(
    tenant: FinanceTenant,
    day: datetime.date,
    *,
    entries: QuerySet[LedgerEntry],
    since: datetime.datetime | None,
) -> Iterator[dict[str, Any]]:
    """What somebody has closed by a decision in the reconciliation differs no more."""
    late = late_lines(tenant, day, since=since)
    yield from _lines(Code.LATE_LINE, late)
    sites, still_open = Site.objects.filter(pk=tenant.site_id), classes.still_open()
    told = (lines_of_day(tenant, day) | late).exclude(why="").order_by()
    yield from _lines(Code.LINE_OPEN, classes.lines(sites).filter(still_open, pk__in=told.values("pk")))
    untold = classes.entries(sites).filter(still_open, pk__in=entries.order_by().values("pk"))
    yield from of_entries(Code.OVERDUE, untold.filter(row_class=RowClass.NOT_SETTLED))
    yield from of_entries(Code.NOT_SETTLED, untold.filter(row_class=RowClass.WAITING))
    yield from _messages(classes.messages(sites).filter(still_open), day)


def of_entries(code: Code, entries: QuerySet[LedgerEntry]) -> Iterator[dict[str, Any]]:
    found = sums(entries)
    if found["count"]:
        shown = entries.select_related("order").order_by("pk")[:SHOWN]
        rows = [Evidence("entry", row.pk, text_of(row), row.amount_cents) for row in shown]
        yield difference(code, rows, **found)


def _lines(code: Code, lines: QuerySet[SettlementLine]) -> Iterator[dict[str, Any]]:
    found = lines.order_by().aggregate(count=Count("pk"), cents=Sum("amount_cents", default=0))
    if found["count"]:
        shown = lines.select_related("report", "order").defer("report__raw", "details").order_by("pk")[:SHOWN]
        rows = [Evidence("line", row.pk, _said(row), row.amount_cents) for row in shown]
        yield difference(code, rows, count=found["count"], cents=found["cents"])


def _said(line: SettlementLine) -> str:
    order = line.order.reference if line.order else "–"
    return f"{line.booked_on:%d.%m.%Y} · {line.report} · {order}"


def _messages(messages: QuerySet[ProviderMessage], day: datetime.date) -> Iterator[dict[str, Any]]:
    begin = end_of(day - datetime.timedelta(days=1))
    found = messages.filter(received_at__gt=begin, received_at__lte=end_of(day))
    if count := found.count():
        shown = found.defer("raw").order_by("pk")[:SHOWN]
        rows = [Evidence("message", row.pk, f"{row.provider} · {row.get_source_display()}") for row in shown]
        yield difference(Code.MESSAGE, rows, count=count)
