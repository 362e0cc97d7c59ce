"""Provider messages as people of the cash office may see them: what was said, without what identifies a payer."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from ..flows.inbox import kept
from ..models import ProviderMessage

_MASK = "•••"
#: Fields that say how a payment went; everything else may be personal or secret and is masked.
_PLAIN = (
    "amount", "currency", "state", "status", "event", "type", "at", "created", "ref", "reference", "tx_id", "txid",
    "merchanttxid", "gcreference", "gcmerchanttxid", "gcamount", "gccurrency", "gcresultpayment", "gcpaymethod",
    "amount_cents", "payment_ref", "event_id", "method", "transactionid", "rc",
    "grosamount", "requestid", "transactionreference", "transactiontimestamp", "paymentmethod", "functionalcode",
)  # fmt: skip


def masked_lines(message: ProviderMessage) -> list[tuple[str, str]]:
    """The fields of a message by name, in its order; nested ones with dots."""
    body = kept(message).body.decode("utf-8", errors="replace")
    try:
        said = json.loads(body)
    except ValueError:
        said = dict(parse_qsl(body))
    return [(name, _shown(name, value)) for name, value in _flat(said)]


def _flat(said: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(said, dict):
        return [pair for name, value in said.items() for pair in _flat(value, f"{path}.{name}" if path else str(name))]
    return [(path, said)] if path else []


def _shown(name: str, value: Any) -> str:
    is_plain = name.rsplit(".", 1)[-1].lower() in _PLAIN
    return str(value)[:200] if is_plain and not isinstance(value, list) else _MASK
