"""What clerks do with a case. Each locks the case and leaves a line in its history."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from wagtail_sitekit.people import person_name

from ..errors import MessageNeeded, NotAllowed
from ..mails import send_news
from ..models import Case, CaseEvent, CaseState
from ..transitions import EDGES, ENDED, NEED_MESSAGE


@transaction.atomic
def assign(case: Case, *, to: Any, by: Any) -> Case:
    """Give the case to a clerk; a received one is then being processed. To whom has it already: nothing changes."""
    case = _locked(case)
    if case.assigned_to_id == to.pk:
        return case
    case.assigned_to = to
    if case.state == CaseState.RECEIVED:
        case.state = CaseState.IN_PROGRESS
        CaseEvent.objects.create(case=case, kind=CaseState.IN_PROGRESS, user=by)
    case.save(update_fields=["assigned_to", "state"])
    CaseEvent.objects.create(case=case, kind="assigned", text=person_name(to), is_public=False, user=by)
    return case


@transaction.atomic
def change_state(case: Case, *, to: str, by: Any, message: str = "", seen: str = "") -> Case:
    """Move the case on; ``message`` is for the citizen. The same state again changes nothing.

    ``seen`` is the state the clerk had before their eyes. Raises NotAllowed if the case is no longer in it or cannot
    go there, MessageNeeded.
    """
    case = _locked(case)
    if case.state == to:
        return case
    if (seen and case.state != seen) or to not in EDGES[CaseState(case.state)]:
        raise NotAllowed(f"From {case.state} a case cannot go to {to}.")
    if to in NEED_MESSAGE and not message:
        raise MessageNeeded("The citizen must be told why.")
    close(case, CaseState(to)) if to in ENDED else _open(case, CaseState(to))
    CaseEvent.objects.create(case=case, kind=to, text=message, user=by)
    send_news(case)
    return case


@transaction.atomic
def add_note(case: Case, *, text: str, by: Any, is_public: bool, key: str = "") -> CaseEvent:
    """A line in the history: for colleagues, or a message the citizen reads. The same ``key`` again adds nothing."""
    case = _locked(case)
    kind = "message" if is_public else "note"
    values = {"kind": kind, "text": text, "is_public": is_public, "user": by}
    if not key:
        event, is_new = CaseEvent.objects.create(case=case, **values), True
    else:
        event, is_new = CaseEvent.objects.get_or_create(case=case, key=f"note:{key}", defaults=values)
    if is_new and is_public:
        send_news(case)
    return event


@transaction.atomic
def note_download(case: Case, *, filename: str, by: Any) -> None:
    """Somebody has fetched a file of the case: colleagues and auditors can see it."""
    CaseEvent.objects.create(case=case, kind="downloaded", text=filename, is_public=False, user=by)


def close(case: Case, state: CaseState) -> None:
    """End a locked case: from now on its time until deletion runs."""
    now = timezone.now()
    case.state, case.closed_at = state, now
    case.purge_on = timezone.localdate(now) + datetime.timedelta(days=case.retention_days)
    case.save(update_fields=["state", "closed_at", "purge_on"])


def _open(case: Case, state: CaseState) -> None:
    case.state, case.closed_at, case.purge_on = state, None, None
    case.save(update_fields=["state", "closed_at", "purge_on"])


def _locked(case: Case) -> Case:
    return Case.objects.select_for_update().get(pk=case.pk)
