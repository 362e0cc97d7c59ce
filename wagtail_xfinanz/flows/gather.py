"""What the ledger holds for a tenant that no batch has yet, made into postings or into a problem that is shown."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from wagtail_epayment.models import LedgerEntry, PaymentOrder

from ..models import FinanceTenant, PostingRecord, RejectionDecision, RejectionStep
from ..posting import PostingKind
from .compose import Accounts, Keys, Problem, compose

ORDERS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Gathered:
    """A ledger entry with the records that book it, not yet saved, or with the problems that keep it out."""

    entry: LedgerEntry
    records: tuple[PostingRecord, ...] = ()
    problems: tuple[Problem, ...] = ()


def is_booked() -> Exists:
    """Whether a ledger entry stands in a batch and has not been taken back by a released reversal."""
    return Exists(PostingRecord.objects.live().filter(entry=OuterRef("pk")))


def open_entries(tenant: FinanceTenant, *, cut_off: datetime.datetime) -> QuerySet[LedgerEntry]:
    """Entries of the tenant's site up to the cut-off that no batch books."""
    return _not_booked(cut_off).filter(order__site_id=tenant.site_id).order_by("pk")


def _not_booked(cut_off: datetime.datetime) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(~is_booked(), occurred_at__lte=cut_off)


def gather(tenant: FinanceTenant, *, cut_off: datetime.datetime) -> Iterator[Gathered]:
    """Every open entry, grouped by order, about in ledger order. Reads in bounded steps, changes nothing."""
    accounts = Accounts(tenant)
    open_now = open_entries(tenant, cut_off=cut_off)
    orders = dict.fromkeys(open_now.values_list("order_id", flat=True).iterator())
    for ids in _chunks(orders):
        yield from _of_orders(ids, _not_booked(cut_off), accounts)


def _of_orders(ids: list[UUID], not_booked: QuerySet[LedgerEntry], accounts: Accounts) -> list[Gathered]:
    """A step of its own, so that its orders are forgotten before the next ones are read.

    It asks without the site: with it, SQLite would go through all of the site's orders in each step.
    """
    open_here, keys = set(not_booked.filter(order_id__in=ids).values_list("pk", flat=True)), chosen_keys(ids)
    ready = [found for order in load_orders(ids) for found in _of_order(order, open_here, accounts, keys)]
    return sorted(ready, key=lambda found: found.entry.pk)


def load_orders(ids: list[UUID]) -> QuerySet[PaymentOrder]:
    """Orders with all that composing their postings needs."""
    entries = LedgerEntry.objects.select_related("attempt").order_by("pk")
    return PaymentOrder.objects.filter(pk__in=ids).prefetch_related(
        "items", "text_corrections", Prefetch("entries", entries)
    )


def chosen_keys(ids: Iterable[UUID]) -> Keys:
    """What people have chosen for parts of these orders' payments after a rejection; the newest choice holds."""
    rows = RejectionDecision.objects.filter(record__entry__order__in=ids, step=RejectionStep.ANEW).order_by("pk")
    rows = rows.exclude(record__kind=PostingKind.REVERSAL)
    chosen = rows.values_list(
        "record__entry", "record__item", "record__part", "posting_key", "record__data__posting_key"
    )
    return {(entry, item, part): new or old for entry, item, part, new, old in chosen}


def _of_order(order: PaymentOrder, open_here: set[int], accounts: Accounts, keys: Keys) -> Iterator[Gathered]:
    for entry, records, problems in compose(order, accounts, keys=keys):
        if entry.pk in open_here:
            yield Gathered(entry, () if problems else tuple(records), tuple(problems))


def _chunks(orders: Iterable[UUID]) -> Iterator[list[UUID]]:
    iterator = iter(orders)
    while chunk := list(islice(iterator, ORDERS_AT_ONCE)):
        yield chunk
