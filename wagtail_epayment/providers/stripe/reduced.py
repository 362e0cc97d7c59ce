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
#: Deeper than anything that is read; strangers may send us what they like.
_DEEPEST = 12


def reduced(said: Any, *, depth: int = 0) -> Any:
    """The same without the fields nobody here reads; reading it gives the same word."""
    if depth > _DEEPEST:
        return None
    if isinstance(said, dict):
        return {name: reduced(value, depth=depth + 1) for name, value in said.items() if name in _FIELDS}
    if isinstance(said, list):
        return [reduced(each, depth=depth + 1) for each in said]
    return said


def raw(said: Said) -> RawMessage:
    """An answer as it is kept."""
    return RawMessage(body=json.dumps(reduced(dict(said)), sort_keys=True, default=str).encode(), headers={})
