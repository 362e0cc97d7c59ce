from __future__ import annotations

from typing import Any

from ..models import Batch, BatchDelivery, EventKind, HandoverEvent


def tell(
    batch: Batch, kind: EventKind, *, delivery: BatchDelivery | None = None, by: Any = None, text: str = ""
) -> HandoverEvent:
    """Write an event on the trail of the batch, in the transaction of what it tells of."""
    return HandoverEvent.objects.create(batch=batch, delivery=delivery, kind=kind, by=by, text=text[:300])
