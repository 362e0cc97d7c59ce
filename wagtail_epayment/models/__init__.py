from __future__ import annotations

from .attempt import AttemptState, PaymentAttempt
from .contract import PaymentContract
from .ledger import EntryKind, LedgerEntry
from .message import MessageSource, ProviderMessage
from .order import OrderItem, PaymentOrder
from .outbox import EventKind, OutboxDelivery, OutboxEvent
from .receipt import Receipt, ReceiptNumberRange

__all__ = [
    "AttemptState",
    "EntryKind",
    "EventKind",
    "LedgerEntry",
    "MessageSource",
    "OrderItem",
    "OutboxDelivery",
    "OutboxEvent",
    "PaymentAttempt",
    "PaymentContract",
    "PaymentOrder",
    "ProviderMessage",
    "Receipt",
    "ReceiptNumberRange",
]
