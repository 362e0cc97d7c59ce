"""What is kept of Stripe's objects: the fields that are read, and nothing of who paid."""

from __future__ import annotations

import json
from typing import Any

from ..base import RawMessage
from .fields import Said
from .ownership import MARKS

_FIELDS = {
    "id", "object", "type", "livemode", "created", "api_version", "data", "metadata", *MARKS,
    "amount", "amount_total", "currency", "status", "payment_status", "mode", "client_reference_id",
    "payment_intent", "latest_charge", "charge", "payment_method_types", "payment_method_details",
    "failure_reason", "reason", "balance_transactions", "fee", "net", "reporting_category", "source",
    "payout", "arrival_date", "automatic", "reconciliation_status",
}  # fmt: skip


def reduced(said: Any) -> Any:
    """The same without the fields nobody here reads; reading it gives the same word."""
    if isinstance(said, dict):
        inner = said.get("data")
        event = {"data": {"object": reduced(inner.get("object"))}} if isinstance(inner, dict) else {}
        return {name: reduced(value) for name, value in said.items() if name in _FIELDS} | event
    if isinstance(said, list):
        return [reduced(each) for each in said]
    return said


def raw(said: Said) -> RawMessage:
    """An answer as it is kept."""
    return RawMessage(body=json.dumps(reduced(dict(said)), sort_keys=True, default=str).encode(), headers={})
