from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from ..errors import WrongState
from ..models import Batch, BatchFile, BatchState


@transaction.atomic
def export(batch: Batch, *, file_format: str, by: Any) -> BatchFile:
    """Hand a file out; the first time marks the batch as exported. Always the same bytes.

    Locks the batch. Raises WrongState before release or if there is no file in this format.
    """
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if not batch.is_final:
        raise WrongState(_("Only released batches can be exported."))
    found = batch.files.filter(format=file_format).first()
    if found is None:
        raise WrongState(_("This batch was released without a file in the format “%(name)s”.") % {"name": file_format})
    if batch.state == BatchState.RELEASED:
        batch.state = BatchState.EXPORTED
        batch.exported_by, batch.exported_at = by, timezone.now()
        batch.save(update_fields=["state", "exported_by", "exported_at"])
        log(instance=batch, action="wagtail_xfinanz.export", user=by)
    return found
