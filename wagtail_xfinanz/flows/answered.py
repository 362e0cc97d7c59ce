"""What the answers to its postings make of a batch and of its hand-over."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from ..models import ANSWERED, MAY_HAVE_ARRIVED, Batch, BatchState, DeliveryState
from .answers import with_answer
from .arrived import mark_exported


def settle(batch: Batch, *, by: Any) -> None:
    """Set the state of the batch by its answers. The caller holds the lock on the batch.

    As long as postings have no answer the batch stays exported. An answer proves that the file arrived.
    """
    _mark_arrived(batch)
    mark_exported(batch, by=by)
    said = set(with_answer(batch.postings.order_by()).values_list("answer", flat=True).distinct())
    if None not in said:
        state = {(True,): BatchState.ACKNOWLEDGED, (False,): BatchState.REJECTED}.get(tuple(said), BatchState.PARTLY)
        batch.state = state
    elif batch.state in ANSWERED:
        batch.state = BatchState.EXPORTED
    batch.save(update_fields=["state"])


def _mark_arrived(batch: Batch) -> None:
    delivery = batch.deliveries.select_for_update().filter(state__in=MAY_HAVE_ARRIVED).order_by("-pk").first()
    if delivery is not None and delivery.state != DeliveryState.ACKNOWLEDGED:
        now = timezone.now()
        delivery.state, delivery.next_try_at, delivery.token = DeliveryState.ACKNOWLEDGED, None, ""
        delivery.last_error = ""
        delivery.sent_at, delivery.received_at = delivery.sent_at or now, delivery.received_at or now
        delivery.save()
