"""Telling others: events are written with the change, delivered at least once after commit.

Each subscriber is called in a transaction of its own, in which its delivery is recorded: what it writes to the
database happens exactly once. Effects outside (mail, HTTP) may happen again after a crash, so they must be
idempotent. One subscriber's failure neither loses the event nor keeps the others waiting.
"""

from __future__ import annotations

import datetime
import logging
from collections import defaultdict
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from .failures import log_failure
from .models import EventKind, LedgerEntry, OutboxDelivery, OutboxEvent, PaymentOrder

logger = logging.getLogger(__name__)

Subscriber = Callable[[OutboxEvent], None]
_subscribers: dict[str, dict[str, Subscriber]] = defaultdict(dict)


def subscribe(kind: EventKind, func: Subscriber, *, name: str) -> None:
    """Call ``func(event)`` for every event of ``kind``. The same ``name`` replaces an earlier subscription.

    The name is stored with each delivery: keep it when the function moves.
    """
    _subscribers[kind][name] = func


def publish(*, order: PaymentOrder, kind: EventKind, key: str, entry: LedgerEntry | None = None) -> None:
    """Record an event in the current transaction. ``key`` is unique: telling the same twice is an IntegrityError."""
    event = OutboxEvent.objects.create(order=order, kind=kind, key=key, entry=entry)
    # Robust: the change is committed; if no task can be made, deliver_due finds the event.
    transaction.on_commit(lambda: deliver_event.enqueue(event.pk), robust=True)


@task()
def deliver_event(event_id: int) -> None:
    deliver(event_id)


def deliver_due(*, limit: int = 500) -> int:
    """Deliver what is still waiting, e.g. after a crash. Returns how many events were delivered."""
    now = timezone.now()
    waiting = OutboxEvent.objects.filter(delivered_at=None).exclude(next_try_at__gt=now).order_by("pk")
    return sum(deliver(pk) for pk in list(waiting.values_list("pk", flat=True)[:limit]))


def deliver(event_id: int) -> bool:
    """Call every subscriber that has not had the event yet. False, with the next try planned, if one of them fails."""
    event = OutboxEvent.objects.get(pk=event_id)
    if event.delivered_at:
        return True
    failures = [
        error for name, func in list(_subscribers[event.kind].items()) if (error := _tell(event_id, name, func))
    ]
    if failures:
        return _plan_again(event, failures[0])
    OutboxEvent.objects.filter(pk=event.pk).update(delivered_at=timezone.now(), last_error="")
    return True


def _tell(event_id: int, name: str, func: Subscriber) -> Exception | None:
    """Locks the event, so that two workers never tell the same subscriber at once."""
    try:
        with transaction.atomic():
            event = OutboxEvent.objects.select_for_update().get(pk=event_id)
            __, is_new = OutboxDelivery.objects.get_or_create(event=event, subscriber=name)
            if is_new:
                func(event)
    except Exception as error:
        # Whatever a subscriber raises must neither lose the event nor stop the others.
        log_failure(logger, f"Outbox event {event_id} failed at {name} and will be tried again", error)
        return error
    return None


def _plan_again(event: OutboxEvent, error: Exception) -> bool:
    event.attempts += 1
    event.next_try_at = timezone.now() + datetime.timedelta(minutes=min(2**event.attempts, 360))
    event.last_error = type(error).__name__
    event.save(update_fields=["attempts", "next_try_at", "last_error"])
    return False
