from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ..errors import NothingToDo, WrongState
from ..models import Batch, FinanceTenant, PostingRecord
from .answers import rejected_of
from .collect import Draft


@transaction.atomic
def reverse(batch: Batch, *, by: Any, reason: str, reference: str = "", only_rejected: bool = False) -> Batch:
    """Take postings of a released batch back by counter-postings in a new draft of the same budget year.

    Always by whole payments; with ``reference`` only those of that Kassenzeichen, with ``only_rejected`` only those of
    which the finance system rejected a posting. Once the draft is released, the
    payments are open again and the next collection books them anew, e.g. on a corrected account. Locks the tenant.
    Raises WrongState, or NothingToDo if all is reversed already.
    """
    tenant = FinanceTenant.objects.select_for_update().get(pk=batch.tenant_id)
    batch = Batch.objects.get(pk=batch.pk)
    if not batch.is_final:
        raise WrongState(_("Only released batches can be reversed. Discard this one instead."))
    rows = batch.postings.filter(reverses=None, reversal=None).select_related("entry__order").order_by("sequence")
    if reference:
        rows = rows.filter(entry__order__reference=reference)
    if only_rejected:
        rows = rows.filter(entry__in=rejected_of(batch).order_by().values("entry"))
    if not rows.exists():
        raise NothingToDo(_("There is no posting left to reverse."))
    return _counter_batch(batch, tenant, rows, by=by, reason=reason)


def _counter_batch(batch: Batch, tenant: FinanceTenant, rows: Any, *, by: Any, reason: str) -> Batch:
    new = Batch.objects.create(tenant=tenant, budget_year=batch.budget_year, created_by=by, reason=reason[:200])
    draft = Draft(new)
    for row in rows.iterator(chunk_size=500):
        posting = row.posting.reversed(reverses=f"{batch}/{row.sequence}")
        draft.add(
            PostingRecord(
                entry_id=row.entry_id,
                item_id=row.item_id,
                kind=posting.kind,
                part=posting.part,
                amount_cents=posting.amount_cents,
                data=posting.to_json(),
                source_key=f"reversal:{row.pk}",
                reverses=row,
            )
        )
    return draft.finish(by=by)
