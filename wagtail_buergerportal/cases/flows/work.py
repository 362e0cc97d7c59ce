"""What clerks do with a case. Each locks the case and leaves a line in its history."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from ..models import Case, CaseEvent, CaseState
from ..transitions import EDGES, ENDED


class NotAllowed(Exception):
    """The case cannot go there from where it is."""


@transaction.atomic
def assign(case: Case, *, to: Any, by: Any) -> Case:
    """Give the case to a clerk; a received one is then being processed."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    case.assigned_to = to
    if case.state == CaseState.RECEIVED:
        case.state = CaseState.IN_PROGRESS
        CaseEvent.objects.create(case=case, kind=CaseState.IN_PROGRESS, user=by)
    case.save(update_fields=["assigned_to", "state"])
    CaseEvent.objects.create(case=case, kind="assigned", text=str(to), is_public=False, user=by)
    return case


@transaction.atomic
def change_state(case: Case, *, to: str, by: Any, message: str = "") -> Case:
    """Move the case on; ``message`` is for the citizen. The same state again changes nothing. Raises NotAllowed."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    if case.state == to:
        return case
    if to not in EDGES[CaseState(case.state)]:
        raise NotAllowed
    case.state = to
    case.closed_at = timezone.now() if to in ENDED else None
    case.save(update_fields=["state", "closed_at"])
    CaseEvent.objects.create(case=case, kind=to, text=message, user=by)
    return case


@transaction.atomic
def add_note(case: Case, *, text: str, by: Any, is_public: bool) -> CaseEvent:
    """A line in the history: for colleagues, or a message the citizen reads on the status page."""
    return CaseEvent.objects.create(
        case=case, kind="message" if is_public else "note", text=text, is_public=is_public, user=by
    )
