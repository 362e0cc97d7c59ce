from __future__ import annotations

from .attempt import AttemptState, PaymentAttempt
from .contract import ContractBreaker, ContractMethod, PaymentContract
from .integration import ApiClient, DeliveryState, IdempotentRequest, WebhookDelivery, WebhookEndpoint
from .ledger import EntryKind, LedgerEntry
from .message import MessageSource, ProviderMessage, UnkeptMessages
from .order import OrderItem, PaymentOrder
from .outbox import EventKind, OutboxDelivery, OutboxEvent
from .receipt import Receipt, ReceiptNumberRange
from .refund import Refund, RefundCause, RefundState
from .settlement import Decision, DecisionKind, LineKind, MatchClass, SettlementLine, SettlementReport, WhyOpen

__all__ = [
    "ApiClient",
    "AttemptState",
    "ContractBreaker",
    "ContractMethod",
    "Decision",
    "DecisionKind",
    "DeliveryState",
    "EntryKind",
    "EventKind",
    "IdempotentRequest",
    "LedgerEntry",
    "LineKind",
    "MatchClass",
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
    "Refund",
    "RefundCause",
    "RefundState",
    "SettlementLine",
    "SettlementReport",
    "UnkeptMessages",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WhyOpen",
]
