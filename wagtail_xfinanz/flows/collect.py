from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from wagtail.log_actions import log

from ..budget import budget_year
from ..models import FINAL, Batch, FinanceTenant, PostingRecord
from .gather import Gathered, gather, own_postings

SAVE_AT_ONCE = 500


@dataclass(slots=True)
class Collected:
    """What a collection made: a draft for each budget year, and what had to stay out."""

    batches: list[Batch] = field(default_factory=list)
    with_problems: int = 0


@transaction.atomic
def collect(tenant: FinanceTenant, *, by: Any, cut_off: datetime.datetime | None = None) -> Collected:
    """Put every payment up to the cut-off that no batch books into drafts, one for each budget year.

    Locks the tenant, so that two collections at once make no second posting; ``source_key`` is unique besides.
    Payments with problems stay in the list of problems. Makes no empty batch.
    """
    tenant = FinanceTenant.objects.select_for_update().get(pk=tenant.pk)
    result, drafts = Collected(), {}
    for found in gather(tenant, cut_off=cut_off or timezone.now()):
        if found.problems:
            result.with_problems += 1
            continue
        year = budget_year(found.entry.occurred_at, closed_year=tenant.closed_year)
        if year not in drafts:
            drafts[year] = Draft(Batch.objects.create(tenant=tenant, budget_year=year, created_by=by))
        drafts[year].take(found)
    for draft in drafts.values():
        result.batches.append(draft.finish(by=by))
    return result


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
    """An entry taken back by a reversal is booked anew under its next generation of source keys."""
    final = [state.value for state in FINAL]
    reversed_ones = Count("pk", filter=Q(reversal__batch__state__in=final))
    bases: dict[tuple[int, int | None, str], int] = defaultdict(int)
    fresh = [record for record in records if record.reverses_id is None]
    rows = own_postings().filter(entry__in={record.entry_id for record in fresh})
    for row in rows.values("entry", "item", "part").annotate(times=reversed_ones).order_by():
        bases[row["entry"], row["item"], row["part"]] = row["times"]
    for record in fresh:
        times = bases[record.entry_id, record.item_id, record.part]
        record.source_key = f"{record.source_key}:{times}"
