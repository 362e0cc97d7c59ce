from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ..errors import ReasonMissing, WrongState
from ..models import Batch, EventKind, PostingAcknowledgement
from .answered import settle
from .trail import tell


@transaction.atomic
def decide(contradiction: PostingAcknowledgement, *, accepted: bool, by: Any, reason: str) -> PostingAcknowledgement:
    """A person says which of two contradicting answers holds, and why. Locks the batch.

    Raises ReasonMissing, or WrongState if it is decided already.
    """
    batch = Batch.objects.select_for_update().get(postings=contradiction.record_id)
    if not reason.strip():
        raise ReasonMissing(_("Please say why."))
    if contradiction.counts or PostingAcknowledgement.objects.filter(decides=contradiction).exists():
        raise WrongState(_("This has been decided already."))
    made = PostingAcknowledgement.objects.create(
        record=contradiction.record,
        accepted=accepted,
        decides=contradiction,
        decided_by=by,
        reason=reason.strip()[:200],
    )
    tell(batch, EventKind.DECIDED, by=by, text=f"{contradiction.record.sequence}: {made.reason}")
    settle(batch, by=by)
    return made
