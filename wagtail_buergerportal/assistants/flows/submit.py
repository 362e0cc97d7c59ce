"""From a draft to a case."""

from __future__ import annotations

import hashlib
import json
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation

from wagtail_buergerportal.cases.flows import submit as submit_case
from wagtail_buergerportal.cases.submission import Submission, Submitted, UploadedPart
from wagtail_buergerportal.identity.sessions import CurrentCitizen

from ..engine import recheck, summary
from ..errors import Changed, DraftLost, Incomplete
from ..fees import Bill, bill
from ..models import AssistantPlacement, Draft
from ..offer import own_words
from ..prefill import payer_of
from .drafts import OpenDraft, close, unlock
from .files import bytes_of


def fingerprint(draft: OpenDraft, due: Bill) -> str:
    """What somebody saw before sending: the answers and the amounts."""
    lines = [[line.label, line.quantity, line.unit_cents] for line in due.lines]
    text = json.dumps([dict(draft.evaluation.answers), lines], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def submit(
    *,
    placement: AssistantPlacement,
    draft_id: UUID,
    token: str,
    citizen: CurrentCitizen | None,
    seen: str | None = None,
) -> Submitted:
    """Hand a draft in: everything is judged again, the case is made, what the draft said is deleted.

    Locks the draft, so a second click waits and then finds the draft submitted. ``seen`` is the fingerprint of what
    was shown; if something differs by now nothing is sent. Raises DraftLost, DraftSubmitted, LoginNeeded, NotOffered,
    Incomplete, FeeUnknown, Changed.
    """
    locked = Draft.objects.select_for_update(of=("self",)).select_related("release")
    row = locked.filter(pk=draft_id, placement=placement).first()
    if row is None:
        raise DraftLost("There is no such draft.")
    draft = unlock(row, placement=placement, token=token, citizen=citizen)
    refuse_incomplete(draft)
    due = bill(placement, draft.evaluation, on=timezone.localdate())
    if seen is not None and seen != fingerprint(draft, due):
        raise Changed("The answers or the fee have changed since they were shown.")
    submitted = submit_case(submission=_submission(draft, due, citizen))
    close(row, draft.key, secret=submitted.secret)
    return submitted


def refuse_incomplete(draft: OpenDraft) -> None:
    """Raises Incomplete naming the first step that is not done or no longer will do."""
    open_step = draft.evaluation.first_open(draft.done)
    wrong = recheck(draft.evaluation, today=timezone.localdate())
    for active in draft.evaluation.steps:
        if active.key in wrong or (open_step is not None and active.key == open_step.key):
            raise Incomplete(active.key)


def _submission(draft: OpenDraft, due: Bill, citizen: CurrentCitizen | None) -> Submission:
    placement, definition = draft.placement, draft.definition
    with translation.override(definition.language):
        sections = summary(draft.evaluation)
    return Submission(
        submission_key=draft.row.pk,
        site=placement.site,
        department=placement.department,
        title=definition.title,
        service_key=placement.slug,
        language=definition.language,
        answers=dict(draft.evaluation.answers),
        summary=[
            {"title": part.title, "rows": [{"label": row.label, "value": row.value} for row in part.rows]}
            for part in sections
        ],
        fee_lines=due.lines,
        payment_policy=placement.payment_policy,
        payment_days=placement.payment_days,
        retention_days=placement.retention_days,
        payer=payer_of(definition, draft.evaluation.answers),
        citizen=citizen.citizen if citizen else None,
        uploads=tuple(_uploads(draft)),
        confirmation=own_words(placement, definition, "confirmation") or definition.confirmation,
    )


def _uploads(draft: OpenDraft) -> list[UploadedPart]:
    """The files of questions that count; those of hidden ones are deleted with the draft."""
    names = {
        file["id"]: file
        for active in draft.evaluation.steps
        for field in active.fields
        if field.kind == "file"
        for file in draft.evaluation.answers.get(field.key, ())
    }
    rows = draft.row.uploads.filter(pk__in=list(names))
    return [
        UploadedPart(row.field_key, names[str(row.pk)]["name"], names[str(row.pk)]["type"], bytes_of(row, draft.key))
        for row in rows
    ]
