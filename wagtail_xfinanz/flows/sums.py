from __future__ import annotations

from django.db.models import Count, Max, Sum
from django.utils.translation import gettext as _

from ..errors import Tampered
from ..models import Batch


def check_sums(batch: Batch) -> None:
    """Count and add up the postings again. Raises Tampered if the batch says otherwise."""
    rows = batch.postings.order_by().values("kind").annotate(cents=Sum("amount_cents"))
    sums = {row["kind"]: row["cents"] for row in rows}
    found = batch.postings.aggregate(count=Count("pk"), last=Max("sequence"))
    if (found["count"], found["last"] or 0, sums) != (batch.count, batch.count, batch.sums):
        raise Tampered(_("The postings of %(batch)s do not match its sums.") % {"batch": batch})
    if sum(sums.values()) != batch.total_cents:
        raise Tampered(_("The total of %(batch)s does not match its postings.") % {"batch": batch})
