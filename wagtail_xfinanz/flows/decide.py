from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ..errors import WrongState
from ..models import Batch, EventKind, FinanceTenant, PostingAcknowledgement, PostingRecord
from .answered import settle
from .reason import stated
from .trail import tell


@transaction.atomic
def decide(contradiction: PostingAcknowledgement, *, accepted: bool, by: Any, reason: str) -> PostingAcknowledgement:
    """A person says which of two contradicting answers holds, and why. Locks the tenant, then the batch.

    Raises ReasonMissing, or WrongState if it is decided already or a batch posts anew what would be accepted.
    """
    reason = stated(reason)
    FinanceTenant.objects.select_for_update(of=("self",)).get(batches__postings=contradiction.record_id)
    batch = Batch.objects.select_for_update(of=("self",)).get(postings=contradiction.record_id)
    if contradiction.counts or PostingAcknowledgement.objects.filter(decides=contradiction).exists():
        raise WrongState(_("This has been decided already."))
    if accepted:
        _check_not_posted_anew(contradiction.record)
    made = PostingAcknowledgement.objects.create(
        record=contradiction.record,
        accepted=accepted,
        decides=contradiction,
        decided_by=by,
        reason=reason,
    )
    tell(batch, EventKind.DECIDED, by=by, text=f"{contradiction.record.sequence}: {made.reason}")
    settle(batch, by=by)
    return made


def _check_not_posted_anew(record: PostingRecord) -> None:
    anew = PostingRecord.objects.filter(replaces=record).select_related("batch").first()
    if anew is None:
        return
    if anew.batch.is_final:
        text = _(
            "Batch %(batch)s posts it anew. Have one of the two taken back in the finance system, and say here that "
            "this one is rejected."
        )
    else:
        text = _("“%(batch)s” posts it anew. Discard that draft first.")
    raise WrongState(text % {"batch": anew.batch})
