from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from wagtail.log_actions import log

from wagtail_epayment.models import LedgerEntry

from ..budget import budget_year
from ..models import FINAL, Batch, FinanceTenant, PostingRecord
from ..posting import PostingKind
from .gather import Gathered, gather
from .rejected import composed_anew, counter_posting

SAVE_AT_ONCE = 500


@dataclass(slots=True)
class Collected:
    """What a collection made: a draft for each budget year, and what had to stay out."""

    batches: list[Batch] = field(default_factory=list)
    with_problems: int = 0


@transaction.atomic
def collect(tenant: FinanceTenant, *, by: Any, cut_off: datetime.datetime | None = None) -> Collected:
    """Put every payment up to the cut-off that no batch books into drafts, one for each budget year.

    With them goes what the finance system has rejected and somebody has decided to post anew.

    Locks the tenant, so that two collections at once make no second posting; ``source_key`` is unique besides.
    Payments with problems stay in the list of problems. Makes no empty batch.
    """
    tenant = FinanceTenant.objects.select_for_update().get(pk=tenant.pk)
    cut_off = cut_off or timezone.now()
    result, drafts = Collected(), _Drafts(tenant, by)
    for found in gather(tenant, cut_off=cut_off):
        if found.problems:
            result.with_problems += 1
        else:
            drafts.of(found.entry).take(found)
    for anew in composed_anew(tenant, cut_off=cut_off):
        if anew.record is None:
            result.with_problems += 1
            continue
        draft = drafts.of(anew.rejected.entry)
        if tenant.reverses_rejected and anew.rejected.kind != PostingKind.REVERSAL:
            draft.add(counter_posting(anew.rejected))
        draft.add(anew.record)
    result.batches = drafts.finish()
    return result


class _Drafts:
    """A draft for each budget year, made when it is needed."""

    def __init__(self, tenant: FinanceTenant, by: Any) -> None:
        self._tenant, self._by = tenant, by
        self._of_year: dict[int, Draft] = {}

    def of(self, entry: LedgerEntry) -> Draft:
        year = budget_year(entry.occurred_at, closed_year=self._tenant.closed_year)
        if year not in self._of_year:
            batch = Batch.objects.create(tenant=self._tenant, budget_year=year, created_by=self._by)
            self._of_year[year] = Draft(batch)
        return self._of_year[year]

    def finish(self) -> list[Batch]:
        return [draft.finish(by=self._by) for draft in self._of_year.values()]


class Draft:
    """A batch being filled; saves its postings in portions and keeps the sums."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self._waiting: list[PostingRecord] = []
        self._sums: Counter[str] = Counter()

    def take(self, found: Gathered) -> None:
        for record in found.records:
            self.add(record)

    def add(self, record: PostingRecord) -> None:
        self.batch.count += 1
        self.batch.total_cents += record.amount_cents
        self._sums[record.kind] += record.amount_cents
        record.batch, record.sequence = self.batch, self.batch.count
        self._waiting.append(record)
        if len(self._waiting) >= SAVE_AT_ONCE:
            self._save()

    def finish(self, *, by: Any) -> Batch:
        self._save()
        self.batch.sums = dict(sorted(self._sums.items()))
        self.batch.save(update_fields=["count", "total_cents", "sums"])
        log(instance=self.batch, action="wagtail_xfinanz.collect", user=by)
        return self.batch

    def _save(self) -> None:
        _number_again(self._waiting)
        PostingRecord.objects.bulk_create(self._waiting)
        self._waiting = []


def _number_again(records: list[PostingRecord]) -> None:
    """What was taken back or replaced is booked anew under the next generation of its source keys."""
    final = [state.value for state in FINAL]
    bases: dict[tuple[int, int | None, str], int] = defaultdict(int)
    fresh = [record for record in records if record.kind != PostingKind.REVERSAL]
    rows = PostingRecord.objects.own().filter(batch__state__in=final, entry__in={row.entry_id for row in fresh})
    for row in rows.values("entry", "item", "part").annotate(times=Count("pk")).order_by():
        bases[row["entry"], row["item"], row["part"]] = row["times"]
    for record in fresh:
        times = bases[record.entry_id, record.item_id, record.part]
        record.source_key = f"{record.source_key}:{times}"
