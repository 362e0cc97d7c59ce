from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ..errors import NothingToDo, WrongState
from ..models import FINAL, AcknowledgementImport, Batch, FinanceTenant, PostingRecord
from .answers import with_answer
from .collect import Draft
from .reason import stated
from .rejected import counter_posting, name_of


@transaction.atomic
def reverse(batch: Batch, *, by: Any, reason: str, reference: str = "") -> Batch:
    """Take postings of a released batch back by counter-postings in a new draft of the same budget year.

    Always by whole payments, with what a later batch posts of them instead of a rejected posting; with ``reference``
    only those of that Kassenzeichen. A payment of which the finance system has rejected a posting stays out: there is
    nothing there to be taken back, it is posted anew (``post_anew``). Once the draft is released, the payments are
    open again and the next collection books them anew, e.g. on a corrected account. Locks the tenant. Raises
    ReasonMissing, WrongState, also if the finance system answers and has not done so yet, or NothingToDo if all is
    reversed already.
    """
    reason = stated(reason)
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
    rows = standing.exclude(entry__in=rejected).select_related("batch").order_by("entry_id", "batch_id", "sequence")
    if not rows.exists():
        if rejected.exists():
            raise NothingToDo(_("The finance system has rejected these postings: see “Rejected postings”."))
        raise NothingToDo(_("There is no posting left to reverse."))
    _check_answered(rows, tenant)
    new = Batch.objects.create(tenant=tenant, budget_year=batch.budget_year, created_by=by, reason=reason)
    draft = Draft(new)
    for row in rows.iterator(chunk_size=500):
        draft.add(counter_posting(row))
    return draft.finish(by=by)


def _check_answered(rows: QuerySet[PostingRecord], tenant: FinanceTenant) -> None:
    """Raises WrongState: what is rejected after it was taken back would be taken away from what was never there."""
    if not AcknowledgementImport.objects.filter(tenant=tenant).exists():
        return  # This finance system does not answer: it takes what it gets.
    unknown = with_answer(rows).filter(answer=None).first()
    if unknown is not None:
        raise WrongState(
            _("The finance system has not answered to posting %(name)s yet. Import its answer first.")
            % {"name": name_of(unknown)}
        )
