"""Postings the finance system rejected and somebody wants posted anew, made into postings again or into a problem."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_epayment.models import LedgerEntry

from ..models import FinanceTenant, PostingRecord, RejectionDecision, RejectionStep
from ..posting import PostingKind
from .answers import still_rejected
from .compose import Accounts, Problem, compose
from .gather import chosen_keys, gather, load_orders

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Anew:
    """A rejected posting with the one that replaces it, not yet saved, or with the problems that keep it out."""

    rejected: PostingRecord
    record: PostingRecord | None = None
    problems: tuple[Problem, ...] = ()


def to_post_anew(tenant: FinanceTenant, *, cut_off: datetime.datetime) -> Iterator[QuerySet[PostingRecord]]:
    """What the finance system rejected, a person wants posted anew, and no batch holds anew yet; in portions."""
    # Named first, from this table alone: a planner that believes its tables to be empty compares all rows with all.
    decided = set(RejectionDecision.objects.filter(step=RejectionStep.ANEW).values_list("record", flat=True))
    wanted = PostingRecord.objects.filter(pk__in=decided, batch__tenant=tenant, reversal=None, replacement=None)
    records = iter(list(wanted.order_by("entry__order", "entry_id", "pk").values_list("pk", flat=True)))
    newest = RejectionDecision.objects.filter(record=OuterRef("pk")).order_by("-pk").values("step")[:1]
    while some := list(islice(records, AT_ONCE)):
        rows = PostingRecord.objects.filter(pk__in=some, entry__occurred_at__lte=cut_off)
        rows = still_rejected(rows).annotate(step=Subquery(newest)).filter(step=RejectionStep.ANEW)
        yield rows.select_related("batch", "entry__order").order_by("entry__order", "entry_id", "pk")


def composed_anew(tenant: FinanceTenant, *, cut_off: datetime.datetime) -> Iterator[Anew]:
    """Each of them with its posting as it is composed now: with accounts, texts and choices of today."""
    accounts = Accounts(tenant)
    for some in to_post_anew(tenant, cut_off=cut_off):
        yield from compose_anew(some, accounts)


def compose_anew(rejected: Iterable[PostingRecord], accounts: Accounts) -> Iterator[Anew]:
    """Reads in bounded steps, changes nothing."""
    found = list(rejected)
    ids = list({row.entry.order_id for row in found})
    keys, parts = chosen_keys(ids), {}
    for order in load_orders(ids):
        for entry, records, problems in compose(order, accounts, keys=keys):
            parts[entry.pk] = ({(row.item_id, row.part): row for row in records}, tuple(problems))
    for row in found:
        yield _counter(row) if row.kind == PostingKind.REVERSAL else _anew(row, *parts[row.entry_id])


def kept_out(tenant: FinanceTenant) -> Iterator[tuple[LedgerEntry, tuple[Problem, ...]]]:
    """Every payment that waits for a collection, with the problems that keep it out; none if it can be collected."""
    for found in gather(tenant, cut_off=timezone.now()):
        yield found.entry, found.problems
    for anew in composed_anew(tenant, cut_off=timezone.now()):
        yield anew.rejected.entry, anew.problems


def _anew(
    rejected: PostingRecord, records: dict[tuple[int | None, str], PostingRecord], problems: tuple[Problem, ...]
) -> Anew:
    record = records.get((rejected.item_id, rejected.part))
    if problems or record is None or record.amount_cents != rejected.amount_cents:
        unlike = Problem(_("The payment falls into other postings today. Have the administrators look into it."))
        return Anew(rejected, problems=problems or (unlike,))
    return Anew(rejected, _instead_of(rejected, record))


def _counter(rejected: PostingRecord) -> Anew:
    """A counter-posting stays what it is: it takes back what the finance system has."""
    record = PostingRecord(
        entry_id=rejected.entry_id,
        item_id=rejected.item_id,
        kind=rejected.kind,
        part=rejected.part,
        amount_cents=rejected.amount_cents,
        data=rejected.data,
        source_key=f"anew:{rejected.pk}",
    )
    return Anew(rejected, _instead_of(rejected, record))


def _instead_of(rejected: PostingRecord, record: PostingRecord) -> PostingRecord:
    record.replaces = rejected
    record.data = replace(record.posting, replaces=name_of(rejected)).to_json()
    return record


def counter_posting(row: PostingRecord) -> PostingRecord:
    """What takes a released posting back, not yet saved."""
    posting = row.posting.reversed(reverses=name_of(row))
    return PostingRecord(
        entry_id=row.entry_id,
        item_id=row.item_id,
        kind=posting.kind,
        part=posting.part,
        amount_cents=posting.amount_cents,
        data=posting.to_json(),
        source_key=f"reversal:{row.pk}",
        reverses=row,
    )


def name_of(record: PostingRecord) -> str:
    """Batch and number, as people and files name a posting."""
    return f"{record.batch}/{record.sequence}"
