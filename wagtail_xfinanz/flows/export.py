from __future__ import annotations

from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from ..models import Batch, BatchFile, BatchState
from .hand_over import file_of, note_download


@transaction.atomic
def export(batch: Batch, *, file_format: str, by: Any) -> BatchFile:
    """Hand a file out; the first time marks the batch as exported. Always the same bytes; every time is on the trail.

    Locks the batch. Raises WrongState before release, if there is no file in this format, or if the finance system
    might get the batch twice.
    """
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    found = file_of(batch, file_format)
    is_first = batch.state == BatchState.RELEASED
    note_download(batch, found, by=by)
    if is_first:
        log(instance=batch, action="wagtail_xfinanz.export", user=by)
    return found
