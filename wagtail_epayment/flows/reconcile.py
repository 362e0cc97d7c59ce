"""Comparing what is open, and booking what only the report knows, through the one way into the books."""

from __future__ import annotations

import logging

from django.db import DatabaseError, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from ..errors import PaymentError
from ..models import Decision, SettlementLine, WhyOpen
from ..models.settlement import CLOSING
from .batches import lock_site, tie_payouts
from .book_line import book_line
from .compare import COMPARED, compare
from .paid_out import reopen_credits

logger = logging.getLogger(__name__)

_AT_ONCE = 10_000
#: What a report tells may build on itself: a payment, then its chargeback, then the chargeback's reversal.
_ROUNDS = 4


def reconcile_site(site_id: int, *, is_compared: bool = False) -> int:
    """Compare the open lines of a site anew, book what only a report knows, explain the bank's credits by payouts.

    ``is_compared``: what is open has just been compared, so only what is booked now can make a difference. Returns
    how many lines were booked. Safe to run twice at once: every booking locks its order and is made once.
    """
    booked = 0
    reopened = reopen_credits(site_id)
    for number in range(_ROUNDS):
        if number or reopened or not is_compared:
            _compare_open(site_id)
        tie_payouts(site_id)
        now = _book(site_id)
        booked += now
        if not now:
            break
    return booked


def _compare_open(site_id: int) -> None:
    for source in open_lines(site_id).order_by().values_list("source", flat=True).distinct():
        _compare_again(site_id, source)


def _book(site_id: int) -> int:
    to_book = SettlementLine.objects.filter(report__site=site_id, why=WhyOpen.TO_BOOK)
    # In the order of the orders, so that two runs never wait for each other crosswise.
    return sum(_booked(line) for line in to_book.select_related("attempt__contract").order_by("order", "pk"))


def open_lines(site_id: int) -> QuerySet[SettlementLine]:
    """Lines without explanation by the books that no person has taken over yet."""
    latest = Decision.objects.filter(line=OuterRef("pk")).order_by("-pk").values("kind")[:1]
    lines = SettlementLine.objects.filter(report__site=site_id).exclude(why__in=["", WhyOpen.BATCH, WhyOpen.TO_BOOK])
    return lines.annotate(decided=Subquery(latest)).filter(Q(decided=None) | ~Q(decided__in=CLOSING))


@transaction.atomic
def _compare_again(site_id: int, source: str) -> None:
    """Lines that have found their entry keep it; what the books refused, they would refuse again."""
    lock_site(site_id)
    rows = open_lines(site_id).filter(source=source, entry=None).exclude(Q(why=WhyOpen.REFUSED) & ~Q(note=""))
    # A report's file is large and encrypted: nobody reads it here.
    rows = rows.select_related("report__contract").defer("report__raw").order_by("pk")
    lines = list(rows[:_AT_ONCE])
    before = [_state(line) for line in lines]
    compare(lines)
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
