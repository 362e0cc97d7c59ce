from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from .. import conf
from ..errors import PaymentError, ProviderRefused
from ..models import AttemptState, EventKind, PaymentAttempt, PaymentOrder
from ..outbox import publish
from ..transitions import OPEN, is_allowed
from .poll import poll_attempt
from .schedule import next_poll


def expire() -> int:
    """Expire attempts nobody finished, each only after the provider was asked. Returns how many expired.

    While a provider cannot be asked its attempts stay open: a time-out is no answer.
    """
    limit = timezone.now() - datetime.timedelta(minutes=conf.get().EXPIRE_AFTER_MINUTES)
    stale = PaymentAttempt.objects.filter(state__in=OPEN, created_at__lt=limit).select_related("order", "contract")
    return sum(_ask_and_expire(attempt) for attempt in stale)


def _ask_and_expire(attempt: PaymentAttempt) -> bool:
    try:
        poll_attempt(attempt)
    except ProviderRefused:
        pass  # The provider never got it, so nobody can have paid.
    except PaymentError:
        return False
    return _expire(attempt)


@transaction.atomic
def _expire(attempt: PaymentAttempt) -> bool:
    order = PaymentOrder.objects.select_for_update().get(pk=attempt.order_id)
    row = PaymentAttempt.objects.select_for_update().get(pk=attempt.pk)
    if not is_allowed(row.state, AttemptState.EXPIRED):
        return False
    row.state = AttemptState.EXPIRED
    row.version += 1
    row.next_poll_at = next_poll(row)
    row.save()
    publish(order=order, kind=EventKind.ATTEMPT_ENDED, key=f"attempt.ended:{row.pk}:{AttemptState.EXPIRED}")
    return True
