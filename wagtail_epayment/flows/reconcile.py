"""Comparing what is open, and booking what only the report knows, through the one way into the books."""

from __future__ import annotations

import logging

from django.db import DatabaseError, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from ..errors import PaymentError
from ..models import Decision, SettlementLine, SettlementReport, WhyOpen
from ..models.settlement import CLOSING
from .batches import lock_site, tie_payouts
from .book_line import book_line
from .compare import COMPARED, compare

logger = logging.getLogger(__name__)

_AT_ONCE = 10_000


def reconcile_site(site_id: int) -> int:
    """Compare the open lines of a site anew, book what only a report knows, explain the bank's credits by payouts.

    Returns how many lines were booked. Safe to run twice at once: every booking locks its order and is made once.
    """
    reports = SettlementReport.objects.filter(site=site_id, lines__in=open_lines(site_id)).distinct()
    for report in reports.select_related("contract").defer("raw"):
        _compare_again(report)
    tie_payouts(site_id)
    to_book = SettlementLine.objects.filter(report__site=site_id, why=WhyOpen.TO_BOOK)
    # In the order of the orders, so that two runs never wait for each other crosswise.
    return sum(_booked(line) for line in to_book.select_related("attempt__contract").order_by("order", "pk"))


def open_lines(site_id: int) -> QuerySet[SettlementLine]:
    """Lines without explanation by the books that no person has taken over yet."""
    latest = Decision.objects.filter(line=OuterRef("pk")).order_by("-pk").values("kind")[:1]
    lines = SettlementLine.objects.filter(report__site=site_id).exclude(why__in=["", WhyOpen.BATCH, WhyOpen.TO_BOOK])
    return lines.annotate(decided=Subquery(latest)).filter(Q(decided=None) | ~Q(decided__in=CLOSING))


@transaction.atomic
def _compare_again(report: SettlementReport) -> None:
    """Lines that have found their entry keep it; what the books refused, they would refuse again."""
    lock_site(report.site_id)
    lines = open_lines(report.site_id).filter(report=report, entry=None)
    lines = list(lines.exclude(Q(why=WhyOpen.REFUSED) & ~Q(note="")).order_by("position")[:_AT_ONCE])
    before = [_state(line) for line in lines]
    compare(lines, report=report)
    changed = [line for line, old in zip(lines, before, strict=True) if _state(line) != old]
    SettlementLine.objects.bulk_update(changed, COMPARED, batch_size=200)


def _state(line: SettlementLine) -> list[str]:
    return [str(each) for each in (line.match, line.why, line.note, line.order_id, line.attempt_id, line.entry_id)]


def _booked(line: SettlementLine) -> bool:
    try:
        return book_line(line)
    except (PaymentError, DatabaseError) as error:
        # It stays open and is tried again by the next run.
        logger.warning("Settlement line %s cannot be booked: %s", line.pk, type(error).__name__)
        return False
