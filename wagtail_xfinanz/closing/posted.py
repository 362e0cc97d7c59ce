"""What became of the ledger entries in batches, files and the finance system."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from wagtail_epayment.models import LedgerEntry

from ..flows.answers import with_answer
from ..models import FINAL, OPEN, Batch, BatchState, PostingRecord
from .difference import SHOWN, Code, Evidence, difference
from .reported import of_entries


def records_of(entries: QuerySet[LedgerEntry]) -> QuerySet[PostingRecord]:
    """The postings that count: no counter-postings, nor what something released has taken back or replaced.

    Nor what a draft posts anew: until it is released the rejected posting stands.
    """
    return (
        PostingRecord.objects.live()
        .filter(entry__in=entries.order_by().values("pk"))
        .exclude(replaces__isnull=False, batch__state__in=[state.value for state in OPEN])
    )


def by_batch(records: QuerySet[PostingRecord]) -> list[dict[str, Any]]:
    """Each batch with what it holds of the entries."""
    fields = ("batch", "batch__budget_year", "batch__number", "batch__state")
    rows = records.order_by(*fields[1:]).values(*fields).annotate(postings=Count("pk"), cents=Sum("amount_cents"))
    return [
        {
            "batch": row["batch"],
            "name": f"{row['batch__budget_year']}/{row['batch__number'] or '–'}",
            "state": row["batch__state"],
            "postings": row["postings"],
            "cents": row["cents"],
        }
        for row in rows
    ]


def answers(records: QuerySet[PostingRecord]) -> dict[str, int]:
    """What the finance system says of the postings, by the last answer that counts."""
    rows = dict(with_answer(records).order_by().values_list("answer").annotate(count=Count("pk")))
    return {"accepted": rows.get(True, 0), "rejected": rows.get(False, 0), "unanswered": rows.get(None, 0)}


def differences(entries: QuerySet[LedgerEntry], *, earlier: QuerySet[LedgerEntry]) -> Iterator[dict[str, Any]]:
    # Sets, not a look for each entry: a day may have very many.
    records = records_of(entries)
    yield from of_entries(Code.UNPOSTED, entries.exclude(pk__in=records.order_by().values("entry")))
    posted_earlier = records_of(earlier).order_by().values("entry")
    yield from of_entries(Code.EARLIER_UNPOSTED, earlier.exclude(pk__in=posted_earlier))
    posted = records.order_by().values("entry", "entry__amount_cents").annotate(posted=Sum("amount_cents"))
    wrong = posted.exclude(posted=F("entry__amount_cents")).values("entry")
    yield from of_entries(Code.POSTED_AMOUNT, entries.filter(pk__in=wrong))
    yield from _batches(Code.NOT_RELEASED, records.filter(batch__state__in=OPEN))
    yield from _batches(Code.NOT_HANDED_OVER, records.filter(batch__state=BatchState.RELEASED))
    handed_over = with_answer(records).filter(batch__state__in=FINAL).exclude(batch__state=BatchState.RELEASED)
    yield from _batches(Code.UNANSWERED, handed_over.filter(answer=None))
    yield from _rejected(with_answer(records).filter(answer=False))


def _batches(code: Code, records: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    found = records.order_by().aggregate(count=Count("pk"), cents=Sum("amount_cents", default=0))
    if found["count"]:
        ids = records.order_by().values("batch")
        shown = Batch.objects.filter(pk__in=ids).order_by("pk")[:SHOWN]
        yield difference(code, [Evidence("batch", row.pk, str(row)) for row in shown], **found)


def _rejected(records: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    found = records.order_by().aggregate(count=Count("pk"), cents=Sum("amount_cents", default=0))
    if found["count"]:
        shown = records.select_related("batch", "entry__order").order_by("pk")[:SHOWN]
        rows = [
            Evidence(
                "batch", row.batch_id, f"{row.batch}, {row.sequence}: {row.entry.order.reference}", row.amount_cents
            )
            for row in shown
        ]
        yield difference(Code.REJECTED, rows, **found)
