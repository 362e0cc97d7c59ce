"""Which lines are parts of which: batches of the bank, and payouts of a provider as the bank books them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone
from wagtail.models import Site

from ..models import Decision, DecisionKind, LineKind, MatchClass, SettlementLine, SettlementReport, WhyOpen

#: A payout reaches the account within so many days before or after the day the provider says.
_DAYS_ON_THE_WAY = 10


def lock_site(site_id: int) -> None:
    """Let one comparison of a site run at a time; orders may be created meanwhile. Needs a transaction."""
    no_key = connection.features.has_select_for_no_key_update
    Site.objects.select_for_update(no_key=no_key).get(pk=site_id)


def release_batches(source: str, keys: Collection[str]) -> None:
    """Lines that turn out to be batches stand for no payment of their own any more: their parts do.

    Not if a person has booked the whole: then its money is in the books, and the parts are not booked again.
    """
    whole = SettlementLine.objects.filter(~_booked_by_hand(), source=source, key__in=keys).exclude(kind=LineKind.OTHER)
    whole.update(kind=LineKind.OTHER, match=MatchClass.IGNORED, why="", entry=None, attempt=None, order=None)


def link_batches(source: str) -> None:
    """Tie parts to their batch, whichever file came first, and compare the sums."""
    parts = SettlementLine.objects.filter(source=source, explains=None).exclude(batch_key="")
    batch = SettlementLine.objects.filter(source=OuterRef("source"), key=OuterRef("batch_key")).values("pk")[:1]
    tied = list(parts.annotate(batch=Subquery(batch)).exclude(batch=None).values_list("batch", flat=True).distinct())
    if not tied:
        return
    parts.filter(batch_key__in=SettlementLine.objects.filter(pk__in=tied).values("key")).update(explains=batch)
    by_hand = set(SettlementLine.objects.filter(_booked_by_hand(), pk__in=tied).values_list("pk", flat=True))
    _set_aside_parts(by_hand)
    tied = [pk for pk in tied if pk not in by_hand]
    release_batches(source, list(SettlementLine.objects.filter(pk__in=tied).values_list("key", flat=True)))
    of_parts = SettlementLine.objects.filter(pk__in=tied).annotate(parts_cents=Sum("explained_by__amount_cents"))
    complete = list(of_parts.filter(parts_cents=F("amount_cents")).values_list("pk", flat=True))
    now = timezone.now()
    batches = SettlementLine.objects.filter(pk__in=tied)
    batches.filter(pk__in=complete).update(match=MatchClass.MATCHED, why="", matched_at=now)
    batches.exclude(pk__in=complete).update(match=MatchClass.AMOUNT_DIFFERS, why=WhyOpen.BATCH, matched_at=None)


def _booked_by_hand() -> Q:
    """Of lines: a person has assigned the whole to an order, so that it was booked there, or divided it."""
    decisions = Decision.objects.filter(line=OuterRef("pk"))
    divided, assigned = decisions.filter(kind=DecisionKind.DIVIDE), decisions.filter(kind=DecisionKind.ASSIGN)
    return Q(Exists(divided)) | Q(Exists(assigned), entry__isnull=False)


def _set_aside_parts(wholes: Collection[int]) -> None:
    """What a file tells of the parts of these is the same money; the parts a person has made have no batch key."""
    told = SettlementLine.objects.filter(explains__in=wholes).exclude(batch_key="")
    told.update(match=MatchClass.IGNORED, why="", note="", entry=None, attempt=None, matched_at=timezone.now())


@dataclass(frozen=True, slots=True)
class _Payout:
    """Money a provider says it sent: the line that says so, or a report that stands for one."""

    report: int
    line: int | None
    cents: int
    currency: str
    on: datetime.date


@transaction.atomic
def tie_payouts(site_id: int) -> int:
    """Explain credits of the bank by the provider reports they pay; returns how many. Never a guess between several."""
    lock_site(site_id)
    payouts = list(_open_payouts(site_id))
    credits = list(_open_credits(site_id, {payout.cents for payout in payouts})) if payouts else []
    by_credit = {credit.pk: [each for each in payouts if _is_of(each, credit)] for credit in credits}
    wanted: dict[_Payout, int] = defaultdict(int)
    for found in by_credit.values():
        for payout in found:
            wanted[payout] += 1
    tied = 0
    for credit in credits:
        match by_credit[credit.pk]:
            case [payout] if wanted[payout] == 1:
                _tie(credit, payout)
                tied += 1
            case [_, *_]:
                credit.match, credit.why = MatchClass.AMBIGUOUS, WhyOpen.SEVERAL_PAYOUTS
                credit.save(update_fields=["match", "why"])
    return tied


def _open_credits(site_id: int, cents: Collection[int]) -> QuerySet[SettlementLine]:
    lines = SettlementLine.objects.filter(report__site=site_id, report__contract=None, amount_cents__in=cents)
    whys = [WhyOpen.NO_NAME, WhyOpen.NOT_FOUND, WhyOpen.SEVERAL_PAYOUTS]
    is_open = lines.filter(why__in=whys) | lines.filter(match=MatchClass.IGNORED, why="")
    return is_open.filter(explained_by=None, decisions=None).exclude(kind=LineKind.PAYOUT).order_by("pk")


def _open_payouts(site_id: int) -> Iterable[_Payout]:
    lines = SettlementLine.objects.filter(
        report__site=site_id, report__contract__isnull=False, kind=LineKind.PAYOUT, explains=None, amount_cents__lt=0
    )
    for line in lines.select_related("report").defer("report__raw"):
        yield _Payout(line.report_id, line.pk, -line.amount_cents, line.currency, line.booked_on or _day(line.report))
    said = SettlementLine.objects.filter(kind=LineKind.PAYOUT).values("report")
    reports = SettlementReport.objects.filter(site=site_id, contract__isnull=False, lines_cents__gt=0)
    whole = reports.exclude(pk__in=said).annotate(tied=Count("lines__explains")).filter(tied=0)
    for report in whole.defer("raw"):
        yield _Payout(report.pk, None, report.lines_cents, report.currency, _day(report))


def _day(report: SettlementReport) -> datetime.date:
    return report.paid_on or report.period_to or timezone.localdate(report.imported_at)


def _is_of(payout: _Payout, credit: SettlementLine) -> bool:
    days = abs((credit.booked_on - payout.on).days) if credit.booked_on else 0
    same = (payout.cents, payout.currency) == (credit.amount_cents, credit.currency)
    return same and days <= _DAYS_ON_THE_WAY


def _tie(credit: SettlementLine, payout: _Payout) -> None:
    credit.kind, credit.match, credit.why = LineKind.PAYOUT, MatchClass.MATCHED, ""
    credit.matched_at = timezone.now()
    credit.save(update_fields=["kind", "match", "why", "matched_at"])
    lines = SettlementLine.objects.filter(report=payout.report)
    lines = lines.filter(pk=payout.line) if payout.line else lines.filter(explains=None)
    lines.update(explains=credit)
    lines.filter(kind=LineKind.PAYOUT).update(match=MatchClass.MATCHED, matched_at=credit.matched_at)
