"""When an attempt is asked for next. Errors never end the asking."""

from __future__ import annotations

import datetime
import random

from django.utils import timezone

from .. import conf
from ..models import PaymentAttempt
from ..transitions import ENDED_UNPAID, OPEN


def next_poll(attempt: PaymentAttempt) -> datetime.datetime | None:
    """The time of the next status request with up to 20 % jitter, None when the attempt needs none any more."""
    settings, now = conf.get(), timezone.now()
    if attempt.state in ENDED_UNPAID:
        watched_until = attempt.created_at + datetime.timedelta(days=settings.WATCH_DAYS)
        return now + datetime.timedelta(hours=12) if now < watched_until else None
    if attempt.state not in OPEN:
        return None
    steps = settings.POLL_MINUTES
    minutes = steps[attempt.poll_count] if attempt.poll_count < len(steps) else 60
    return now + datetime.timedelta(minutes=minutes * random.uniform(1, 1.2))  # noqa: S311
