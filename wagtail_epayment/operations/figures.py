"""What somebody who watches payments wants to know, as numbers; each by one query that reads few rows of many."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.utils import timezone
from wagtail.models import Site

from .. import conf
from ..models import (
    ContractBreaker,
    EntryKind,
    LedgerEntry,
    MessageSource,
    OutboxEvent,
    PaymentAttempt,
    ProviderMessage,
    Refund,
    RefundState,
    UnkeptMessages,
    WebhookDelivery,
)
from ..reconciliation.classes import lines, messages, still_open
from ..transitions import OPEN

Sites = QuerySet[Site]
#: A message younger than this may just be in the hands of the process that brought it.
_IN_HANDS = datetime.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Reading:
    """One number of one site; ``labels`` are those of its measure."""

    site_id: int
    value: float
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that is taken of each site. ``combine`` makes one of those of several sites."""

    name: str
    help: str
    read: Callable[[Sites], Iterable[Reading]]
    labels: tuple[str, ...] = ()
    combine: Callable[[Iterable[float]], float] = sum
    alarm_above: float | None = None
    """The health report asks for attention above this; None: the number is only told."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A measure with what it reads now."""

    measure: Measure
    readings: Sequence[Reading] = field(default_factory=tuple)

    def total(self) -> dict[tuple[str, ...], float]:
        """All sites together, by labels."""
        found: dict[tuple[str, ...], list[float]] = {}
        for reading in self.readings:
            found.setdefault(reading.labels, []).append(reading.value)
        return {labels: self.measure.combine(values) for labels, values in found.items()}

    def of_site(self, site_id: int) -> Taken:
        return Taken(self.measure, tuple(reading for reading in self.readings if reading.site_id == site_id))

    @property
    def is_alarming(self) -> bool:
        limit = self.measure.alarm_above
        return limit is not None and sum(self.total().values()) > limit


def take(sites: Sites) -> list[Taken]:
    """Every measure of these sites. The number of queries does not depend on them."""
    return [Taken(measure, tuple(measure.read(sites))) for measure in MEASURES]


def _counted(rows: QuerySet[Any], site: str, *labels: str, value: Any = None) -> Iterator[Reading]:
    """A reading for each site and combination of labels."""
    groups = rows.order_by().values(site, *labels).annotate(reading=value or Count("pk"))
    for group in groups.values_list(site, "reading", *labels):
        yield Reading(group[0], float(group[1]), tuple(str(label) for label in group[2:]))


def _late() -> datetime.datetime:
    return timezone.now() - datetime.timedelta(minutes=conf.get().LATE_MINUTES)


def _attempts(sites: Sites) -> Iterable[Reading]:
    # Only those still asked about: they have an index, and the ended ones are in the ledger.
    rows = PaymentAttempt.objects.filter(next_poll_at__isnull=False, order__site__in=sites)
    return _counted(rows, "order__site", "state")


def _late_attempts(sites: Sites) -> Iterable[Reading]:
    rows = PaymentAttempt.objects.filter(next_poll_at__isnull=False, state__in=OPEN, created_at__lt=_late())
    rows = rows.filter(payer_done_at=None)  # Money on its way takes days.
    return _counted(rows.filter(order__site__in=sites), "order__site")


def _poll_overdue(sites: Sites) -> Iterable[Reading]:
    now = timezone.now()
    rows = PaymentAttempt.objects.filter(next_poll_at__lt=now, order__site__in=sites).order_by()
    for site_id, since in (
        rows.values("order__site").annotate(since=Min("next_poll_at")).values_list("order__site", "since")
    ):
        yield Reading(site_id, (now - since).total_seconds())


def _last_poll(sites: Sites) -> Iterable[Reading]:
    day = timezone.now() - datetime.timedelta(days=1)
    rows = ProviderMessage.objects.filter(received_at__gt=day, source=MessageSource.POLL, contract__site__in=sites)
    last = rows.order_by().values("contract__site").annotate(last=Max("received_at"))
    for site_id, at in last.values_list("contract__site", "last"):
        yield Reading(site_id, at.timestamp())


def _payments(sites: Sites) -> QuerySet[LedgerEntry]:
    day = timezone.now() - datetime.timedelta(days=1)
    return LedgerEntry.objects.filter(kind=EntryKind.PAYMENT, created_at__gt=day, order__site__in=sites)


def _payments_count(sites: Sites) -> Iterable[Reading]:
    return _counted(_payments(sites), "order__site", "currency")


def _payments_cents(sites: Sites) -> Iterable[Reading]:
    return _counted(_payments(sites), "order__site", "currency", value=Sum("amount_cents"))


def _unprocessed(sites: Sites) -> Iterable[Reading]:
    before = timezone.now() - _IN_HANDS
    # Proven ones were tried: what they wait for is said by their discrepancy.
    rows = ProviderMessage.objects.filter(processed_at=None, is_verified=False, received_at__lt=before)
    rows = rows.filter(contract__site__in=sites)
    return _counted(rows, "contract__site")


def _not_kept(sites: Sites) -> Iterable[Reading]:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    rows = UnkeptMessages.objects.filter(day__gte=yesterday, contract__site__in=sites)
    return _counted(rows, "contract__site", value=Sum("count"))


def _messages(sites: Sites) -> Iterable[Reading]:
    return _counted(messages(sites).filter(still_open()), "contract__site")


def _lines(sites: Sites) -> Iterable[Reading]:
    return _counted(lines(sites).exclude(why="").filter(still_open()), "report__site")


def _outbox(sites: Sites) -> QuerySet[OutboxEvent]:
    return OutboxEvent.objects.filter(delivered_at=None, order__site__in=sites)


def _outbox_waiting(sites: Sites) -> Iterable[Reading]:
    return _counted(_outbox(sites), "order__site")


def _outbox_failing(sites: Sites) -> Iterable[Reading]:
    return _counted(_outbox(sites).filter(Q(attempts__gt=0) | Q(created_at__lt=_late())), "order__site")


def _webhooks_waiting(sites: Sites) -> Iterable[Reading]:
    rows = WebhookDelivery.objects.filter(next_try_at__isnull=False, endpoint__site__in=sites)
    return _counted(rows, "endpoint__site")


def _webhooks_given_up(sites: Sites) -> Iterable[Reading]:
    rows = WebhookDelivery.objects.filter(given_up_at__isnull=False, endpoint__site__in=sites)
    return _counted(rows, "endpoint__site")


def _refunds_unknown(sites: Sites) -> Iterable[Reading]:
    return _counted(Refund.objects.filter(state=RefundState.UNKNOWN, order__site__in=sites), "order__site")


def _breakers(sites: Sites) -> Iterable[Reading]:
    rows = ContractBreaker.objects.filter(open_until__gt=timezone.now(), contract__site__in=sites)
    return _counted(rows.annotate(provider=F("contract__provider")), "contract__site", "provider")


MEASURES = (
    Measure("attempts", "Attempts still asked about, by state.", _attempts, ("state",)),
    Measure("attempts_late", "Attempts nobody has finished for longer than LATE_MINUTES.", _late_attempts,
            alarm_above=0),
    Measure("poll_overdue_seconds", "How long ago the most overdue status request was due.", _poll_overdue,
            combine=max, alarm_above=600),
    Measure("last_poll_timestamp_seconds", "When a provider last answered a status request, within a day.",
            _last_poll, combine=max),
    Measure("payments_last_day", "Payments booked in the last 24 hours.", _payments_count, ("currency",)),
    Measure("payments_last_day_cents", "Their sum in cents.", _payments_cents, ("currency",)),
    Measure("messages_unprocessed", "Provider messages not understood for five minutes.", _unprocessed, alarm_above=0),
    Measure("messages_not_kept", "Messages about unknown payments beyond UNKNOWN_PER_DAY, since yesterday.", _not_kept),
    Measure("messages_discrepant", "Provider messages that did not fit, undecided.", _messages, alarm_above=0),
    Measure("settlement_lines_open", "Lines of settlement reports without explanation.", _lines, alarm_above=0),
    Measure("outbox_waiting", "Events not told yet.", _outbox_waiting),
    Measure("outbox_failing", "Of these, tried in vain or waiting for longer than LATE_MINUTES.", _outbox_failing,
            alarm_above=0),
    Measure("webhooks_waiting", "Messages to other applications not taken yet.", _webhooks_waiting),
    Measure("webhooks_given_up", "Messages to other applications given up.", _webhooks_given_up, alarm_above=0),
    Measure("refunds_unknown", "Refunds whose answer was lost.", _refunds_unknown, alarm_above=0),
    Measure("breakers_open", "Contracts whose provider is left alone for a while.", _breakers, ("provider",),
            alarm_above=0),
)  # fmt: skip
