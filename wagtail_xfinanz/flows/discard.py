from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from ..errors import WrongState
from ..models import OPEN, Batch


@transaction.atomic
def discard(batch: Batch, *, by: Any) -> None:
    """Throw away a batch nobody released; its payments are open again. Locks the batch. Raises WrongState."""
    found = Batch.objects.select_for_update().filter(pk=batch.pk).first()
    if found is None:
        raise WrongState(_("This batch has already been discarded."))
    if found.state not in OPEN:
        raise WrongState(_("Released batches stay. Correct them by a reversal."))
    log(instance=found, action="wagtail_xfinanz.discard", user=by, deleted=True)
    found.delete()
