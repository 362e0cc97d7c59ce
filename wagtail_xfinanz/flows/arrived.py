from __future__ import annotations

from typing import Any

from django.utils import timezone

from ..models import Batch, BatchState


def mark_exported(batch: Batch, *, by: Any) -> None:
    """The finance system has the batch for the first time. The caller holds the lock on the batch."""
    if batch.state == BatchState.RELEASED:
        batch.state, batch.exported_by, batch.exported_at = BatchState.EXPORTED, by, timezone.now()
        batch.save(update_fields=["state", "exported_by", "exported_at"])
