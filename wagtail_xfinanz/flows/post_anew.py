"""A person decides what becomes of a posting the finance system rejected; the next collection does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from ..errors import NothingToDo, WrongState
from ..models import Batch, EventKind, FinanceTenant, PostingRecord, RejectionDecision, RejectionStep
from ..posting import PostingKind
from .answers import rejected_of, still_rejected
from .compose import Accounts, payer_name
from .correct import correct_texts
from .reason import stated
from .rejected import compose_anew
from .trail import tell


@transaction.atomic
def post_anew(
    record: PostingRecord, *, by: Any, reason: str, posting_key: str = "", texts: Mapping[str, str] | None = None
) -> RejectionDecision:
    """Let the next collection post it anew, on ``posting_key`` if one is given and with these texts by their names.

    The rejected posting stays as it was released, and a counter-posting is posted anew as it was. Locks the tenant,
    then the batch, then the order if texts change. Raises ReasonMissing, WrongState if it is not rejected any more or
    could not be posted like this, TextNotWritable.
    """
    reason, record = stated(reason), _locked(record)
    if record.kind == PostingKind.REVERSAL and (posting_key or texts):
        raise WrongState(_("A counter-posting stays as it is: it takes back what the finance system has."))
    if corrected := _corrected(record, texts or {}):
        correct_texts(record.entry.order, texts=corrected, by=by)
    made = _decide(record, RejectionStep.ANEW, by=by, reason=reason, posting_key=posting_key)
    (anew,) = compose_anew([record], Accounts(record.batch.tenant))
    if anew.problems:
        raise WrongState(" ".join(map(str, anew.problems)))
    return made


@transaction.atomic
def post_all_anew(batch: Batch, *, by: Any, reason: str) -> int:
    """Let the next collection post everything anew that the finance system rejected of the batch; returns how many.

    For a cause that lay outside of the postings, e.g. an account that was locked. What somebody has decided on already,
    e.g. corrected or put off, stays as they decided. Locks the tenant, then the batch. Raises ReasonMissing,
    NothingToDo.
    """
    reason = stated(reason)
    FinanceTenant.objects.select_for_update().get(pk=batch.tenant_id)
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    rows = list(still_rejected(rejected_of(batch).filter(reversal=None, replacement=None, rejection_decisions=None)))
    if not rows:
        raise NothingToDo(_("No posting of this batch is rejected and waits for a decision."))
    for row in rows:
        _decide(row, RejectionStep.ANEW, by=by, reason=reason)
    return len(rows)


@transaction.atomic
def hold_rejected(record: PostingRecord, *, by: Any, reason: str) -> RejectionDecision:
    """Keep it out of the next collection until it is clear what is wrong. Locks the tenant, then the batch.

    Raises ReasonMissing, WrongState.
    """
    reason = stated(reason)
    return _decide(_locked(record), RejectionStep.HOLD, by=by, reason=reason)


def texts_of(record: PostingRecord) -> dict[str, str]:
    """The texts a person may have written differently, by name in the posting, as the order has them."""
    if record.kind == PostingKind.REVERSAL:
        return {}
    order, item = record.entry.order, record.item
    texts = {"reason": order.purpose, "label": item.label if item else "", "payer": payer_name(order)}
    return {name: text for name, text in texts.items() if text}


def texts_now(record: PostingRecord) -> dict[str, str]:
    """How they are written by now, e.g. after an earlier decision; if nobody has said anything, as released."""
    said = dict(record.entry.order.text_corrections.values_list("original", "replacement"))
    return {name: said.get(original, record.data[name]) for name, original in texts_of(record).items()}


def _corrected(record: PostingRecord, texts: Mapping[str, str]) -> dict[str, str]:
    """By original, the texts that have to be written differently from now on. Raises WrongState."""
    originals, now = texts_of(record), texts_now(record)
    wanted: dict[str, str] = {}
    for name, original in originals.items():
        text = texts.get(name, now[name]).strip()
        if wanted.setdefault(original, text) != text:
            told = _("“%(text)s” stands in two places of this payment. Please write it alike in both.")
            raise WrongState(told % {"text": original})
    return {originals[name]: wanted[originals[name]] for name in now if wanted[originals[name]] != now[name]}


def _locked(record: PostingRecord) -> PostingRecord:
    FinanceTenant.objects.select_for_update().get(pk=record.batch.tenant_id)
    Batch.objects.select_for_update().get(pk=record.batch_id)
    rows = PostingRecord.objects.filter(pk=record.pk, reversal=None, replacement=None)
    found = still_rejected(rows).select_related("batch__tenant", "entry__order", "item").first()
    if found is None:
        raise WrongState(_("This posting does not wait for a decision (any more): see its batch."))
    return found


def _decide(
    record: PostingRecord, step: RejectionStep, *, by: Any, reason: str, posting_key: str = ""
) -> RejectionDecision:
    made = RejectionDecision.objects.create(
        record=record, step=step, posting_key=posting_key, reason=reason, decided_by=by
    )
    with translation.override("de"):  # as everything that is kept
        text = f"{record.sequence}: {made.get_step_display()}. {made.reason}"
    tell(record.batch, EventKind.ANEW, by=by, text=text)
    return made
