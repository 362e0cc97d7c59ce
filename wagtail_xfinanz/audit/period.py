"""What belongs to a period of a tenant, so that every row an exported row names is exported too."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet

from wagtail_epayment.models import LedgerEntry, PaymentAttempt, PaymentOrder, SettlementLine

from ..budget import end_of
from ..models import FINAL, Batch, DailyClosing, FinanceTenant, PostingRecord

_ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Booking days of a tenant, both included.

    Entries: booked in the period. Batches: released in it, or with a posting of such an entry; with all their
    postings. Orders: made in the period, or with such an entry, or named by such a posting; with everything of them.
    """

    tenant: FinanceTenant
    first: datetime.date
    last: datetime.date

    @property
    def begin(self) -> datetime.datetime:
        """Everything after this instant belongs to it."""
        return end_of(self.first - _ONE_DAY)

    @property
    def end(self) -> datetime.datetime:
        return end_of(self.last)

    def within(self, field: str) -> Q:
        return Q(**{f"{field}__gt": self.begin, f"{field}__lte": self.end})

    @cached_property
    def booked(self) -> QuerySet[LedgerEntry]:
        return LedgerEntry.objects.filter(self.within("occurred_at"), order__site=self.tenant.site_id).order_by()

    @cached_property
    def batches(self) -> QuerySet[Batch]:
        final = Batch.objects.filter(tenant=self.tenant, state__in=FINAL)
        named = PostingRecord.objects.filter(entry__in=self.booked.values("pk")).order_by().values("batch")
        return final.filter(self.within("released_at") | Q(pk__in=named)).order_by("chain_position")

    @cached_property
    def batch_keys(self) -> QuerySet[Batch]:
        return self.batches.order_by().values("pk")  # type: ignore[return-value]

    @cached_property
    def postings(self) -> QuerySet[PostingRecord]:
        return PostingRecord.objects.filter(batch__in=self.batch_keys)

    @cached_property
    def posting_keys(self) -> QuerySet[PostingRecord]:
        return self.postings.order_by().values("pk")  # type: ignore[return-value]

    @cached_property
    def orders(self) -> QuerySet[PaymentOrder]:
        posted = self.postings.order_by().values("entry__order")
        touched = Q(pk__in=self.booked.values("order")) | Q(pk__in=posted) | self.within("created_at")
        return PaymentOrder.objects.filter(touched, site=self.tenant.site_id).order_by("reference")

    @cached_property
    def order_keys(self) -> QuerySet[PaymentOrder]:
        return self.orders.order_by().values("pk")  # type: ignore[return-value]

    @cached_property
    def attempts(self) -> QuerySet[PaymentAttempt]:
        return PaymentAttempt.objects.filter(order__in=self.order_keys).order_by("created_at", "pk")

    @cached_property
    def lines(self) -> QuerySet[SettlementLine]:
        """Movements in reports: booked in the period, or about one of its orders."""
        found = Q(booked_on__range=(self.first, self.last)) | Q(order__in=self.order_keys)
        found |= Q(entry__order__in=self.order_keys)
        return SettlementLine.objects.filter(found, report__site=self.tenant.site_id).order_by("pk")

    @cached_property
    def closings(self) -> QuerySet[DailyClosing]:
        return DailyClosing.objects.filter(tenant=self.tenant, day__range=(self.first, self.last)).order_by("day")
