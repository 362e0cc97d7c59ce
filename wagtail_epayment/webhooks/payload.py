"""What a message to another application says: small, and nothing about persons."""

from __future__ import annotations

from typing import Any

from ..models import OutboxEvent
from ..state import account, order_state


def payload_of(event: OutboxEvent) -> dict[str, Any]:
    """Type, time and data as Standard Webhooks asks for. Amounts are cents; the state is that of the order now."""
    order, entry = event.order, event.entry
    sums = account(order)
    return {
        "type": event.kind,
        "timestamp": event.created_at.isoformat(),
        "data": {
            "event_id": event.pk,
            "reference": order.reference,
            "external_id": order.external_id if order.external_kind.startswith("application:") else "",
            "state": str(order_state(order)),
            "currency": order.currency,
            "amount_cents": order.amount_cents,
            "balance_cents": sums.kept,
            "due_cents": sums.due,
            "entry": {"kind": entry.kind, "amount_cents": entry.amount_cents} if entry else None,
        },
    }
