"""Telling other applications: one delivery an event and endpoint, sent outside every transaction, tried for days."""

from __future__ import annotations

import datetime
import json
import logging
import random

from django.db import connection, transaction
from django.utils import timezone
from django_tasks import task

from .. import conf
from ..models import EventKind, OutboxEvent, WebhookDelivery, WebhookEndpoint
from ..models.integration import default_expiry
from ..outbox import subscribe
from ..webhooks.payload import payload_of
from ..webhooks.signing import headers
from ..webhooks.transport import Answer, post

logger = logging.getLogger(__name__)

#: Minutes between tries; then every six hours.
_PAUSES = (1, 5, 30, 120)
_LAST_PAUSE = 360
#: How many delivered messages of the past are kept for looking at.
_KEEP_DAYS = 90


def subscribe_webhooks() -> None:
    """Hear of every kind of event. Called once at start."""
    for kind in EventKind:
        subscribe(kind, plan, name="wagtail_epayment.webhooks")


def plan(event: OutboxEvent) -> None:
    """Write a delivery for every active endpoint of the order's commune, in the subscriber's transaction."""
    endpoints = list(WebhookEndpoint.objects.filter(site=event.order.site_id, is_active=True))
    if not endpoints:
        return
    payload = payload_of(event)
    deliveries = [
        WebhookDelivery(endpoint=endpoint, event=event, payload=payload, next_try_at=timezone.now())
        for endpoint in endpoints
    ]
    WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    for delivery in deliveries:
        _send_soon(delivery)


@task()
def send_webhook(delivery_id: str) -> None:
    send(delivery_id)


def send_due(*, limit: int = 500) -> int:
    """Send what is due, e.g. after a crash or a receiver's trouble. Safe to run twice. Returns how many were taken.

    A receiver that does not take a message gets no other one in this run, so that nobody waits for its silence.
    """
    due = WebhookDelivery.objects.filter(next_try_at__lte=timezone.now(), endpoint__is_active=True)
    taken, silent = 0, set()
    for pk, endpoint_id in list(due.order_by("next_try_at").values_list("pk", "endpoint_id")[:limit]):
        if endpoint_id in silent:
            continue
        if send(str(pk)):
            taken += 1
        else:
            silent.add(endpoint_id)
    return taken


def send(delivery_id: str) -> bool:
    """One try, if it is due. Must not run in a transaction of the caller. Returns whether the receiver took it."""
    delivery = _claim(delivery_id)
    if delivery is None:
        return False
    body = json.dumps(delivery.payload, separators=(",", ":"))
    signed = headers(secret=delivery.endpoint.secret, message_id=delivery_id, at=_now(), body=body)
    answer = post(delivery.endpoint.url, body=body, headers={**signed, "Content-Type": "application/json"})
    _note(delivery, answer)
    return answer.is_taken


@transaction.atomic
def resend(delivery: WebhookDelivery) -> None:
    """Send a delivery once more, whatever became of it, and try again for days if need be. Locks it."""
    row = WebhookDelivery.objects.select_for_update().get(pk=delivery.pk)
    row.delivered_at = row.given_up_at = None
    row.tries, row.last_error = 0, ""
    row.next_try_at, row.expires_at = timezone.now(), default_expiry()
    row.save()
    _send_soon(row)


def forget_deliveries() -> int:
    """Delete deliveries that ended long ago. Returns how many."""
    old = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - datetime.timedelta(days=_KEEP_DAYS))
    return old.filter(next_try_at=None).delete()[0]


def _send_soon(delivery: WebhookDelivery) -> None:
    # Robust: the delivery is committed; if no task can be made, send_due finds it.
    transaction.on_commit(lambda: send_webhook.enqueue(str(delivery.pk)), robust=True)


@transaction.atomic
def _claim(delivery_id: str) -> WebhookDelivery | None:
    """Take a delivery that is due, with the next try planned: a crash while sending is a try without an answer."""
    rows = WebhookDelivery.objects.select_for_update(
        skip_locked=connection.features.has_select_for_update_skip_locked,
        of=("self",) if connection.features.has_select_for_update_of else (),
    )
    due = rows.select_related("endpoint").filter(next_try_at__lte=timezone.now(), endpoint__is_active=True)
    delivery = due.filter(pk=delivery_id).first()
    if delivery is not None:
        delivery.tries += 1
        delivery.next_try_at = timezone.now() + _pause(delivery.tries)
        delivery.save(update_fields=["tries", "next_try_at"])
    return delivery


def _pause(tries: int) -> datetime.timedelta:
    """Longer each time, with up to 20 % jitter, so that a receiver that comes back is not overrun."""
    minutes = _PAUSES[tries - 1] if tries <= len(_PAUSES) else _LAST_PAUSE
    sending = datetime.timedelta(seconds=2 * conf.get().WEBHOOK_TIMEOUT)
    return max(sending, datetime.timedelta(minutes=minutes * random.uniform(1, 1.2)))  # noqa: S311


@transaction.atomic
def _note(delivery: WebhookDelivery, answer: Answer) -> None:
    row = WebhookDelivery.objects.select_for_update().get(pk=delivery.pk)
    now = timezone.now()
    row.last_error = "" if answer.is_taken else answer.error or f"HTTP {answer.status}"
    if answer.is_taken:
        row.delivered_at, row.next_try_at = now, None
    elif answer.is_gone or (row.next_try_at or now) > row.expires_at:
        row.given_up_at, row.next_try_at = now, None
        facts = {"delivery": str(row.pk), "endpoint": row.endpoint_id, "order_reference": row.event.order.reference}
        logger.warning("Webhook given up", extra=facts)
    row.save()
    if answer.is_gone:
        _retire(row.endpoint)


def _retire(endpoint: WebhookEndpoint) -> None:
    """The receiver says that it is gone for good: it gets nothing any more until somebody switches it on again."""
    now = timezone.now()
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(is_active=False, gone_at=now)
    waiting = endpoint.deliveries.filter(next_try_at__isnull=False)
    waiting.update(given_up_at=now, next_try_at=None, last_error="HTTP 410")


def _now() -> datetime.datetime:
    return timezone.now().astimezone(datetime.UTC)
