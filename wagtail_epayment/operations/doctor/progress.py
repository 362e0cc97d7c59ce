"""Nothing lies about: what came was understood, what happened was told, what is open is asked about."""

from __future__ import annotations

import datetime

from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils import timezone

from ... import conf
from ...flows.expire import too_old
from ...models import (
    EntryKind,
    EventKind,
    LedgerEntry,
    OutboxEvent,
    PaymentAttempt,
    ProviderMessage,
    Refund,
    WebhookDelivery,
)
from ...transitions import OPEN, REFUND_OPEN
from .base import Found, Here, invariant

_GRACE = datetime.timedelta(days=1)


def _late() -> datetime.datetime:
    return timezone.now() - datetime.timedelta(minutes=conf.get().LATE_MINUTES)


@invariant(
    "progress.paid_not_told",
    wrong="Orders are paid, but nobody was told: no event was written.",
    do="Find out who wrote to the database; tell the department which orders are paid.",
)
def paid_not_told(here: Here) -> Found:
    told = OutboxEvent.objects.filter(order=OuterRef("order"), kind=EventKind.ORDER_PAID)
    rows = LedgerEntry.objects.filter(here("order__site"), ~Exists(told)).exclude(kind=EntryKind.FEE).order_by()
    sums = rows.values("order__reference", "order__amount_cents").annotate(cents=Sum("amount_cents"))
    return sums.filter(cents__gte=F("order__amount_cents")).values_list("order__reference", flat=True)


@invariant(
    "progress.events",
    wrong="Events wait to be told for too long.",
    do="See last_error of the event, put its subscriber right, run manage.py epayment_outbox.",
)
def events(here: Here) -> Found:
    rows = OutboxEvent.objects.filter(here("order__site"), delivered_at=None, created_at__lt=_late())
    return rows.values_list("order__reference", "kind")


@invariant(
    "progress.messages",
    wrong="Messages of providers wait to be understood for too long.",
    do="Run manage.py epayment_poll, and see that it runs every minute.",
)
def messages(here: Here) -> Found:
    """Proven ones were tried and may wait for the payment they are about, up to UNBOUND_DAYS."""
    given_up = timezone.now() - datetime.timedelta(days=conf.get().UNBOUND_DAYS) - _GRACE
    late = Q(is_verified=False, received_at__lt=_late()) | Q(received_at__lt=given_up)
    rows = ProviderMessage.objects.filter(here("contract__site"), late, processed_at=None)
    return rows.values_list("provider", "pk")


@invariant(
    "progress.overdue",
    wrong="Attempts are under way long after they should have expired.",
    do="See last_error: the provider cannot be asked. Put the contract right, run manage.py epayment_poll.",
)
def overdue(here: Here) -> Found:
    rows = PaymentAttempt.objects.filter(here("order__site"), too_old(timezone.now() - _GRACE), state__in=OPEN)
    return rows.values_list("merchant_tx_id", "last_error")


@invariant(
    "progress.nobody_asks",
    wrong="Attempts or refunds are under way, but no request to their provider is planned.",
    do="Find out who wrote to the database; set next_poll_at to now.",
)
def nobody_asks(here: Here) -> Found:
    attempts = PaymentAttempt.objects.filter(here("order__site"), state__in=OPEN, next_poll_at=None)
    refunds = Refund.objects.filter(here("order__site"), state__in=REFUND_OPEN, next_poll_at=None)
    labels = "order__reference", "state"
    return attempts.order_by().values_list(*labels).union(refunds.order_by().values_list(*labels), all=True)


@invariant(
    "progress.webhooks_waiting",
    wrong="Messages to other applications are due for too long: nobody sends them.",
    do="See that manage.py epayment_webhooks runs every minute.",
)
def webhooks_waiting(here: Here) -> Found:
    rows = WebhookDelivery.objects.filter(here("endpoint__site"), endpoint__is_active=True, next_try_at__lt=_late())
    return rows.values_list("endpoint__name", "event__order__reference")


@invariant(
    "progress.webhooks_given_up",
    wrong="Messages to other applications were given up.",
    do="Ask the application's operator what is wrong, then send the messages again in the admin.",
)
def webhooks_given_up(here: Here) -> Found:
    rows = WebhookDelivery.objects.filter(here("endpoint__site"), given_up_at__isnull=False)
    return rows.values_list("endpoint__name", "event__order__reference")
