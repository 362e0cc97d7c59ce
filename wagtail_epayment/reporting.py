"""Sums of the ledger by day, month, way of payment, service or contract; added up by the database, not here."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, QuerySet, Sum, When
from django.db.models.functions import TruncDate, TruncMonth
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from wagtail_sitekit.money import format_money, to_decimal

from .models import EntryKind, LedgerEntry, PaymentOrder
from .providers.registry import providers


class Grouping(models.TextChoices):
    DAY = "day", _("day")
    MONTH = "month", _("month")
    METHOD = "method", _("way of payment")
    SERVICE = "service", _("service")
    CONTRACT = "contract", _("contract")


@dataclass(frozen=True, slots=True)
class Row:
    """Signed cents of one group and currency; ``kept`` is what the commune has of it, fees left out."""

    label: str
    currency: str
    payments: int
    paid: int
    refunded: int
    charged_back: int
    fees: int

    @property
    def kept(self) -> int:
        return self.paid + self.refunded + self.charged_back

    def as_money(self) -> Mapping[str, str]:
        """For people."""
        return {name: format_money(getattr(self, name), self.currency) for name in _SUMS}

    def as_decimal(self, name: str) -> Decimal:
        """For spreadsheets."""
        return to_decimal(getattr(self, name))


_SUMS = ("paid", "refunded", "charged_back", "fees", "kept")
_KINDS = {
    "paid": [EntryKind.PAYMENT],
    "refunded": [EntryKind.REFUND, EntryKind.REFUND_REVERSAL],
    "charged_back": [EntryKind.CHARGEBACK, EntryKind.CHARGEBACK_REVERSAL],
    "fees": [EntryKind.FEE],
}
_COLUMNS = ("payments", *_KINDS)
#: What a grouping groups by; the first name is its natural order.
_BY: dict[str, dict[str, Any]] = {
    Grouping.DAY: {"group": TruncDate("created_at")},
    Grouping.MONTH: {"group": TruncMonth("created_at")},
    Grouping.METHOD: {"group": F("attempt__method"), "provider": F("attempt__provider")},
    Grouping.SERVICE: {"group": F("order__purpose")},
    Grouping.CONTRACT: {"group": F("attempt__contract__label"), "contract": F("attempt__contract")},
}


def entries_between(
    sites: QuerySet[models.Model], *, first: datetime.datetime, end: datetime.datetime
) -> QuerySet[LedgerEntry]:
    """Entries booked from ``first`` until before ``end``. The day of booking never changes, so no report does."""
    # By EXISTS, so that the database begins with the days and not with all orders of the sites.
    of_sites = Exists(PaymentOrder.objects.filter(pk=OuterRef("order"), site__in=sites))
    return LedgerEntry.objects.filter(of_sites, created_at__gte=first, created_at__lt=end)


def grouped(entries: QuerySet[LedgerEntry], by: Grouping) -> list[Row]:
    """One row a group and currency: one query."""
    keys = _BY[by]
    groups = entries.order_by().annotate(**keys).values(*keys, "currency").annotate(**_sums()).order_by(*keys)
    return [_row(_LABELS[by](group), group) for group in groups]


def totals(rows: Iterable[Row]) -> list[Row]:
    """One row a currency: the sums of the groups, so that the ledger is not read twice."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        total = sums.setdefault(row.currency, [0] * len(_COLUMNS))
        for place, name in enumerate(_COLUMNS):
            total[place] += getattr(row, name)
    return [Row(str(_("Total")), currency, *sums[currency]) for currency in sorted(sums)]


def _sums() -> dict[str, Any]:
    payments = Count(Case(When(kind=EntryKind.PAYMENT, then=1)))
    sums = {name: Sum(Case(When(kind__in=kinds, then=F("amount_cents")), default=0)) for name, kinds in _KINDS.items()}
    return {"payments": payments, **sums}


def _row(label: str, group: Mapping[str, Any]) -> Row:
    return Row(label, group["currency"], group["payments"], *(group[name] for name in _KINDS))


def _method(group: Mapping[str, Any]) -> str:
    code, provider = group["group"], group["provider"]
    vendor = providers.get(provider) if provider in providers else None
    if not code:
        return str(vendor.label) if vendor else provider
    return str(vendor.methods.get(code, code)) if vendor else code


_LABELS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    Grouping.DAY: lambda group: date_format(group["group"], "SHORT_DATE_FORMAT"),
    Grouping.MONTH: lambda group: date_format(group["group"], "YEAR_MONTH_FORMAT"),
    Grouping.METHOD: _method,
    Grouping.SERVICE: lambda group: str(group["group"]),
    Grouping.CONTRACT: lambda group: str(group["group"]),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the chart in units of its view box: place and length, with what it says."""

    label: str
    amount: str
    top: int
    width: int


#: Units of the chart's view box.
LINE, LENGTH = 28, 500


def bars(rows: Iterable[Row]) -> list[Bar]:
    """What was paid in each group, the largest as long as the chart."""
    shown = list(rows)
    most = max((row.paid for row in shown), default=0) or 1
    return [
        Bar(row.label, format_money(row.paid, row.currency), LINE * place, LENGTH * row.paid // most)
        for place, row in enumerate(shown)
    ]
