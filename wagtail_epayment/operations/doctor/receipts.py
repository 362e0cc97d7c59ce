"""Receipts: one for an entry, numbered without gaps per commune and year."""

from __future__ import annotations

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, Subquery

from ...flows.issue import RECEIPT_KINDS
from ...models import LedgerEntry, Receipt, ReceiptNumberRange
from .base import Found, Here, invariant


@invariant(
    "receipts.without_entry",
    wrong="Receipts exist for money that is not in the ledger.",
    do="Keep them, tell the auditors, and find out who wrote to the database.",
)
def without_entry(here: Here) -> Found:
    entry = LedgerEntry.objects.filter(pk=OuterRef("entry_id"), kind__in=RECEIPT_KINDS, order__site=OuterRef("site"))
    return Receipt.objects.filter(here("site"), ~Exists(entry)).values_list("site__hostname", "year", "serial")


@invariant(
    "receipts.entry_twice",
    wrong="Several receipts exist for the same money.",
    do="Keep them, tell the auditors, and restore the unique constraint with migrate.",
)
def entry_twice(here: Here) -> Found:
    rows = Receipt.objects.filter(here("site")).order_by().values("site__hostname", "entry_id")
    return rows.annotate(n=Count("pk")).filter(n__gt=1).values_list("site__hostname", "entry_id")


@invariant(
    "receipts.number_gaps",
    wrong="The numbers of receipts of a commune and year have gaps or repetitions.",
    do="Tell the auditors which numbers; find out who deleted or wrote to the database.",
)
def number_gaps(here: Here) -> Found:
    rows = Receipt.objects.filter(here("site")).order_by().values("site", "year")
    counter = ReceiptNumberRange.objects.filter(site=OuterRef("site"), year=OuterRef("year")).values("last")
    sums = rows.annotate(n=Count("pk"), last=Max("serial"), first=Min("serial"), counter=Subquery(counter[:1]))
    wrong = ~Q(n=F("last")) | ~Q(first=1) | ~Q(counter=F("last")) | Q(counter=None)
    return sums.filter(wrong).values_list("site__hostname", "year")
