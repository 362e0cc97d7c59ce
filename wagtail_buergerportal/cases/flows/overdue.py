"""Fees that do not come."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from wagtail_buergerportal import conf

from .. import payments
from ..mails import send_reminder
from ..models import Case, CaseEvent, CaseState
from .work import close


def remind_overdue(*, today: datetime.date | None = None) -> list[str]:
    """Remind, once, everybody whose case waits for a fee that was due; returns the numbers."""
    today = today or timezone.localdate()
    late = Case.objects.filter(state=CaseState.WAITING_FOR_PAYMENT, payment_due_on__lt=today)
    return [case.number for case in late.only("pk", "number") if _remind(case)]


def withdraw_unpaid(*, today: datetime.date | None = None) -> list[str]:
    """Withdraw cases whose fee has not come UNPAID_DAYS after it was due; returns the numbers.

    Not while a payment is on its way. So no application waits, and is kept, for ever.
    """
    before = (today or timezone.localdate()) - datetime.timedelta(days=conf.get().UNPAID_DAYS)
    late = Case.objects.filter(state=CaseState.WAITING_FOR_PAYMENT, payment_due_on__lt=before)
    return [case.number for case in late.only("pk", "number") if _withdraw(case)]


@transaction.atomic
def _remind(found: Case) -> bool:
    """Locks the case."""
    case = Case.objects.select_for_update().get(pk=found.pk)
    if case.state != CaseState.WAITING_FOR_PAYMENT:
        return False
    key = f"overdue:{case.payment_due_on}"
    __, is_new = CaseEvent.objects.get_or_create(case=case, key=key, defaults={"kind": "payment_overdue"})
    if is_new:
        send_reminder(case)
    return is_new


@transaction.atomic
def _withdraw(found: Case) -> bool:
    """Locks the case, then its order."""
    case = Case.objects.select_for_update().get(pk=found.pk)
    if case.state != CaseState.WAITING_FOR_PAYMENT or not payments.cancel(case):
        return False
    close(case, CaseState.WITHDRAWN)
    CaseEvent.objects.create(case=case, kind="unpaid", key="unpaid")
    return True
