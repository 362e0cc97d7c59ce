from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from ..errors import WrongState
from ..models import Batch, BatchState
from .sums import check_sums


@transaction.atomic
def certify(batch: Batch, *, by: Any) -> Batch:
    """Person A says that the postings are right in fact and figures (sachlich und rechnerisch festgestellt).

    Locks the batch. From here on no posting can be added. Raises WrongState or Tampered.
    """
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.state != BatchState.DRAFT:
        raise WrongState(_("This batch is no draft any more: it is %(state)s.") % {"state": batch.get_state_display()})
    check_sums(batch)
    batch.state = BatchState.CERTIFIED
    batch.certified_by, batch.certified_at = by, timezone.now()
    batch.save(update_fields=["state", "certified_by", "certified_at"])
    log(instance=batch, action="wagtail_xfinanz.certify", user=by)
    return batch
