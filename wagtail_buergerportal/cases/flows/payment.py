"""What payments mean for a case. Called by the outbox, so each may come more than once."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ..models import Case, CaseEvent, CaseState


@transaction.atomic
def mark_paid(case_id: str, *, key: str) -> None:
    """The fee has arrived: the case is the clerk's. Locks the case."""
    case = Case.objects.select_for_update().get(pk=case_id)
    __, is_new = CaseEvent.objects.get_or_create(case=case, key=key, defaults={"kind": "paid"})
    if not is_new:
        return
    case.paid_at = case.paid_at or timezone.now()
    if case.state == CaseState.WAITING_FOR_PAYMENT:
        case.state = CaseState.RECEIVED
    case.save(update_fields=["paid_at", "state"])


@transaction.atomic
def note_ended(case_id: str, *, key: str) -> None:
    """An attempt ended without money: the case goes on waiting, and its sender reads why. Locks the case."""
    case = Case.objects.select_for_update().get(pk=case_id)
    if case.paid_at is None:
        CaseEvent.objects.get_or_create(case=case, key=key, defaults={"kind": "payment_ended"})
