"""What the bank does when time passes: late payments, late refunds, and telling of them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from .bank import settle_late
from .models import SandboxNotice, SandboxPayment, SandboxRefund
from .notices import deliver
from .refunds import settle_refund


@dataclass(frozen=True, slots=True)
class Delivered:
    heard: int
    waiting: int


def let_time_pass(*, days: int = 0) -> Delivered:
    """Do what is due now, or would be due in so many days, and tell it. Must not run in a transaction."""
    now = timezone.now() + datetime.timedelta(days=days)
    for payment in SandboxPayment.objects.filter(state="pending", settles_at__lte=now):
        settle_late(payment, now=now)
    for refund in SandboxRefund.objects.filter(settles_at__lte=now).exclude(next_state=""):
        settle_refund(refund, now=now)
    heard = deliver()
    return Delivered(heard=heard, waiting=SandboxNotice.objects.filter(ended_at=None).count())
