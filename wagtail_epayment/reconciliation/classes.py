"""The classes of the comparison. Every row is in exactly one, so that their sums are the whole."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import conf
from ..models import (
    Decision,
    EntryKind,
    LedgerEntry,
    LineKind,
    MatchClass,
    ProviderMessage,
    SettlementLine,
    SettlementReport,
)
from ..models.settlement import CLOSING


class RowClass(models.TextChoices):
    # to be looked at
    UNKNOWN = "unknown", _("settled, unknown")
    AMOUNT_DIFFERS = "amount_differs", _("amount differs")
    NOT_SETTLED = "not_settled", _("paid, not settled in time")
    MESSAGES = "messages", _("messages that did not fit")
    REPORTS = "reports", _("reports that do not add up")
    # explained
    SETTLED = "settled", _("paid and settled")
    REFUNDED = "refunded", _("refunded")
    CHARGED_BACK = "charged_back", _("charged back")
    FEES = "fees", _("fees")
    WAITING = "waiting", _("paid, settlement to come")
    PAYOUTS = "payouts", _("payouts and batches")
    AGAIN = "again", _("told a second time")
    ASIDE = "aside", _("nothing of ours")


#: Classes made of lines of reports, of entries of our ledger.
OF_LINES = (
    RowClass.UNKNOWN, RowClass.AMOUNT_DIFFERS, RowClass.SETTLED, RowClass.REFUNDED, RowClass.CHARGED_BACK,
    RowClass.FEES, RowClass.PAYOUTS, RowClass.AGAIN, RowClass.ASIDE,
)  # fmt: skip
OF_ENTRIES = (RowClass.NOT_SETTLED, RowClass.WAITING)
#: Classes somebody has to look at, until a decision closes the row.
TO_LOOK_AT = (
    RowClass.UNKNOWN,
    RowClass.AMOUNT_DIFFERS,
    RowClass.NOT_SETTLED,
    RowClass.MESSAGES,
    RowClass.REPORTS,
)
#: A part of a credit that a person had booked as a whole before a file told of its parts.
_PART_BOOKED_WITH_THE_WHOLE = Q(match=MatchClass.IGNORED, explains__isnull=False) & ~Q(batch_key="")
_KINDS = {
    RowClass.SETTLED: [LineKind.PAYMENT],
    RowClass.REFUNDED: [LineKind.REFUND, LineKind.REFUND_REVERSAL],
    RowClass.CHARGED_BACK: [LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL],
}


def lines(sites: QuerySet[models.Model]) -> QuerySet[Any]:
    """Lines of these sites with ``row_class`` and ``decided``, the kind of the latest decision."""
    # The same money told by a second source counts once: for the line that told it first.
    earlier = SettlementLine.objects.filter(entry=OuterRef("entry"), pk__lt=OuterRef("pk")).exclude(entry=None)
    found = SettlementLine.objects.filter(report__site__in=sites).annotate(decided=_latest("line"))
    return found.annotate(
        row_class=Case(
            When(match=MatchClass.AMOUNT_DIFFERS, then=Value(RowClass.AMOUNT_DIFFERS)),
            When(~Q(why=""), then=Value(RowClass.UNKNOWN)),
            When(
                Q(kind=LineKind.PAYOUT) | Q(kind=LineKind.OTHER, match=MatchClass.MATCHED), then=Value(RowClass.PAYOUTS)
            ),
            When(Exists(earlier) | _PART_BOOKED_WITH_THE_WHOLE, then=Value(RowClass.AGAIN)),
            When(kind=LineKind.FEE, then=Value(RowClass.FEES)),
            When(match=MatchClass.IGNORED, then=Value(RowClass.ASIDE)),
            *(When(kind__in=kinds, then=Value(row_class)) for row_class, kinds in _KINDS.items()),
            default=Value(RowClass.ASIDE),
            output_field=models.CharField(),
        )
    )


def entries(sites: QuerySet[models.Model]) -> QuerySet[Any]:
    """Entries of the ledger no report has told of, with ``row_class`` and ``decided``; fees come from reports."""
    told = SettlementLine.objects.filter(entry=OuterRef("pk"))
    found = LedgerEntry.objects.filter(~Exists(told), order__site__in=sites).exclude(kind=EntryKind.FEE)
    overdue = When(created_at__lt=overdue_since(), then=Value(RowClass.NOT_SETTLED))
    row_class = Case(overdue, default=Value(RowClass.WAITING), output_field=models.CharField())
    return found.annotate(decided=_latest("entry"), row_class=row_class)


def messages(sites: QuerySet[models.Model]) -> QuerySet[ProviderMessage]:
    """Messages of providers that did not fit, with ``decided``."""
    found = ProviderMessage.objects.filter(contract__site__in=sites).exclude(discrepancy="")
    return found.annotate(decided=_latest("message"))


def reports(sites: QuerySet[models.Model]) -> QuerySet[SettlementReport]:
    """Reports whose lines do not add up to what they say."""
    found = SettlementReport.objects.filter(site__in=sites, total_cents__isnull=False)
    return found.exclude(total_cents=models.F("lines_cents")).defer("raw")


def overdue_since() -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=conf.get().SETTLE_DAYS)


def still_open() -> Q:
    """Rows nobody has closed by a decision."""
    return Q(decided=None) | ~Q(decided__in=CLOSING)


def _latest(subject: str) -> Subquery:
    decisions = Decision.objects.filter(**{subject: OuterRef("pk")}).order_by("-pk")
    return Subquery(decisions.values("kind")[:1])
