"""What payments mean for a case. Called by the outbox, so each may come more than once, and after the case is gone."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone

from ..models import Case, CaseEvent, CaseState

logger = logging.getLogger(__name__)


@transaction.atomic
def mark_paid(case_id: str, *, key: str) -> None:
    """The fee has arrived: the case is the clerk's. Locks the case."""
    case = _locked(case_id)
    if case is None or not _first_time(case, key, "paid"):
        return
    case.paid_at = case.paid_at or timezone.now()
    if case.state == CaseState.WAITING_FOR_PAYMENT:
        case.state = CaseState.RECEIVED
    case.save(update_fields=["paid_at", "state"])


@transaction.atomic
def note_ended(case_id: str, *, key: str) -> None:
    """An attempt ended without money: the case goes on waiting, and its sender reads why. Locks the case."""
    case = _locked(case_id)
    if case is not None and case.paid_at is None:
        _first_time(case, key, "payment_ended")


@transaction.atomic
def note_reopened(case_id: str, *, key: str) -> None:
    """Money went back to the bank: the fee is open again. The case stays the clerk's to decide. Locks the case."""
    case = _locked(case_id)
    if case is not None and _first_time(case, key, "payment_reopened"):
        case.paid_at = None
        case.save(update_fields=["paid_at"])


def _locked(case_id: str) -> Case | None:
    case = Case.objects.select_for_update().filter(pk=case_id).first()
    if case is None:
        logger.warning("A payment speaks of case %s, which has been deleted", case_id)
    return case


def _first_time(case: Case, key: str, kind: str) -> bool:
    return CaseEvent.objects.get_or_create(case=case, key=key, defaults={"kind": kind})[1]
