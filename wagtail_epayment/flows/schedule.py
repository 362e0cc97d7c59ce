"""When an attempt or a refund is asked for next. Errors never end the asking."""

from __future__ import annotations

import datetime
import random

from django.utils import timezone

from .. import conf
from ..models import PaymentAttempt, Refund, RefundState
from ..transitions import ENDED_UNPAID, OPEN, REFUND_OPEN


def next_poll(attempt: PaymentAttempt) -> datetime.datetime | None:
    """The time of the next status request with up to 20 % jitter, None when the attempt needs none any more."""
    settings, now = conf.get(), timezone.now()
    if attempt.state in ENDED_UNPAID:
        watched_until = attempt.created_at + datetime.timedelta(days=settings.WATCH_DAYS)
        return now + datetime.timedelta(hours=12) if now < watched_until else None
    if attempt.state not in OPEN:
        return None
    return _after(attempt.poll_count)


def next_refund_poll(refund: Refund) -> datetime.datetime | None:
    """The same for a refund that was approved or is under way; a success is watched a while, for it may come back."""
    now = timezone.now()
    if refund.state == RefundState.SUCCEEDED and refund.submitted_at:
        watched_until = refund.submitted_at + datetime.timedelta(days=conf.get().WATCH_DAYS)
        return now + datetime.timedelta(hours=12) if now < watched_until else None
    if refund.state == RefundState.APPROVED or refund.state in REFUND_OPEN:
        return _after(refund.poll_count)
    return None


def _after(count: int) -> datetime.datetime:
    steps = conf.get().POLL_MINUTES
    minutes = steps[count] if count < len(steps) else 60
    return timezone.now() + datetime.timedelta(minutes=minutes * random.uniform(1, 1.2))  # noqa: S311
