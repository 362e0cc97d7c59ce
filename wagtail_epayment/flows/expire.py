from __future__ import annotations

import datetime
import logging

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from .. import conf
from ..errors import PaymentError, ProviderRefused
from ..models import AttemptState, EventKind, PaymentAttempt, PaymentOrder
from ..outbox import publish
from ..transitions import OPEN, is_allowed
from . import breaker
from .poll import poll_attempt
from .schedule import next_poll

logger = logging.getLogger(__name__)


def expire(*, limit: int = 200) -> int:
    """Expire attempts nobody finished, each only after the provider was asked. Returns how many expired.

    While a provider cannot be asked its attempts stay open: a time-out is no answer. Locks order, then attempt.
    """
    stale = PaymentAttempt.objects.filter(too_old(timezone.now()), state__in=OPEN).order_by("updated_at")
    stale = stale.exclude(contract__in=breaker.open_contracts())
    return sum(_ask_and_expire(attempt) for attempt in stale.select_related("order", "contract")[:limit])


def too_old(now: datetime.datetime) -> Q:
    """Of attempts under way: nobody paid in time, nobody could, or money on its way has not come in time."""
    settings = conf.get()
    finished_by = now - datetime.timedelta(minutes=settings.EXPIRE_AFTER_MINUTES)
    addressed_by = now - datetime.timedelta(minutes=settings.ABANDON_AFTER_MINUTES)
    settled_by = now - datetime.timedelta(days=settings.WATCH_DAYS)
    return (
        Q(created_at__lt=finished_by, payer_done_at=None)
        | Q(created_at__lt=addressed_by, redirect_url="", payer_done_at=None)
        | Q(payer_done_at__lt=settled_by)
    )


def _ask_and_expire(attempt: PaymentAttempt) -> bool:
    try:
        poll_attempt(attempt)
    except ProviderRefused:
        pass  # The provider never got it, so nobody can have paid.
    except PaymentError as error:
        logger.warning("Attempt %s is overdue and its provider cannot be asked: %s", attempt.pk, error)
        return False
    return _expire(attempt)


@transaction.atomic
def _expire(attempt: PaymentAttempt) -> bool:
    order = PaymentOrder.objects.select_for_update().get(pk=attempt.order_id)
    row = PaymentAttempt.objects.select_for_update().get(pk=attempt.pk)
    if not is_allowed(row.state, AttemptState.EXPIRED) or _is_under_way(row):
        return False
    row.state = AttemptState.EXPIRED
    row.version += 1
    row.next_poll_at = next_poll(row)
    row.save()
    publish(order=order, kind=EventKind.ATTEMPT_ENDED, key=f"attempt.ended:{row.pk}:{AttemptState.EXPIRED}")
    return True


def _is_under_way(attempt: PaymentAttempt) -> bool:
    """The last question may have brought the answer that the payer is done and the money on its way."""
    since = timezone.now() - datetime.timedelta(days=conf.get().WATCH_DAYS)
    return attempt.payer_done_at is not None and attempt.payer_done_at >= since
