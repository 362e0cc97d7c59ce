from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ..errors import NothingToDo, WrongState
from ..models import FINAL, Batch, FinanceTenant, PostingRecord
from .answers import with_answer
from .collect import Draft
from .rejected import counter_posting


@transaction.atomic
def reverse(batch: Batch, *, by: Any, reason: str, reference: str = "") -> Batch:
    """Take postings of a released batch back by counter-postings in a new draft of the same budget year.

    Always by whole payments, with what a later batch posts of them instead of a rejected posting; with ``reference``
    only those of that Kassenzeichen. A payment of which the finance system has rejected a posting stays out: there is
    nothing there to be taken back, it is posted anew (``post_anew``). Once the draft is released, the payments are
    open again and the next collection books them anew, e.g. on a corrected account. Locks the tenant. Raises
    WrongState, or NothingToDo if all is reversed already.
    """
    tenant = FinanceTenant.objects.select_for_update().get(pk=batch.tenant_id)
    batch = Batch.objects.get(pk=batch.pk)
    if not batch.is_final:
        raise WrongState(_("Only released batches can be reversed. Discard this one instead."))
    here = batch.postings.live().filter(reversal=None)
    if reference:
        here = here.filter(entry__order__reference=reference)
    standing = PostingRecord.objects.live().filter(
        batch__tenant=tenant, batch__state__in=FINAL, reversal=None, entry__in=here.order_by().values("entry")
    )
    rejected = with_answer(standing.order_by()).filter(answer=False).values("entry")
    rows = standing.exclude(entry__in=rejected).select_related("batch").order_by("batch", "sequence")
    if not rows.exists():
        if rejected.exists():
            raise NothingToDo(_("The finance system has rejected these postings: see “Rejected postings”."))
        raise NothingToDo(_("There is no posting left to reverse."))
    new = Batch.objects.create(tenant=tenant, budget_year=batch.budget_year, created_by=by, reason=reason[:200])
    draft = Draft(new)
    for row in rows.iterator(chunk_size=500):
        draft.add(counter_posting(row))
    return draft.finish(by=by)
