"""Telling others: events are written with the change, delivered at least once after commit.

Subscribers are called in a background task, in the order they subscribed, and must be idempotent: after an error
or a crash the event comes again to all of them.
"""

from __future__ import annotations

import datetime
import logging
from collections import defaultdict
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from .models import EventKind, LedgerEntry, OutboxEvent, PaymentOrder

logger = logging.getLogger(__name__)

Subscriber = Callable[[OutboxEvent], None]
_subscribers: dict[str, dict[str, Subscriber]] = defaultdict(dict)


def subscribe(kind: EventKind, func: Subscriber, *, name: str) -> None:
    """Call ``func(event)`` for every event of ``kind``. The same ``name`` replaces an earlier subscription."""
    _subscribers[kind][name] = func


def publish(*, order: PaymentOrder, kind: EventKind, key: str, entry: LedgerEntry | None = None) -> None:
    """Record an event in the current transaction; ``key`` makes it unique, so a repetition is no second event."""
    event, is_new = OutboxEvent.objects.get_or_create(key=key, defaults={"order": order, "kind": kind, "entry": entry})
    if is_new:
        transaction.on_commit(lambda: deliver_event.enqueue(event.pk))


@task()
def deliver_event(event_id: int) -> None:
    deliver(event_id)


def deliver_due() -> int:
    """Deliver what is still waiting, e.g. after a crash. Returns how many events were delivered."""
    now = timezone.now()
    waiting = OutboxEvent.objects.filter(delivered_at=None).exclude(next_try_at__gt=now).order_by("pk")
    return sum(deliver(pk) for pk in list(waiting.values_list("pk", flat=True)))


def deliver(event_id: int) -> bool:
    """Call every subscriber of one event. False, with the next try planned, if one of them fails."""
    event = OutboxEvent.objects.select_related("order", "entry").get(pk=event_id)
    if event.delivered_at:
        return True
    try:
        for func in list(_subscribers[event.kind].values()):
            func(event)
    except Exception as error:
        # Whatever a subscriber raises must neither lose the event nor stop the others.
        logger.exception("Outbox event %s failed and will be tried again", event.pk)
        return _plan_again(event, error)
    OutboxEvent.objects.filter(pk=event.pk).update(delivered_at=timezone.now(), last_error="")
    return True


def _plan_again(event: OutboxEvent, error: Exception) -> bool:
    event.attempts += 1
    event.next_try_at = timezone.now() + datetime.timedelta(minutes=min(2**event.attempts, 360))
    event.last_error = type(error).__name__
    event.save(update_fields=["attempts", "next_try_at", "last_error"])
    return False
