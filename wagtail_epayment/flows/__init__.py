"""The verbs of payment, one module each: the only code of this app that changes state."""

from __future__ import annotations

from .apply import apply_message
from .cancel import cancel_order
from .chargeback import record_chargeback
from .create import NewItem, create_order
from .expire import expire
from .inbox import forget_unproven, process_left_over, receive
from .issue import issue_receipt
from .poll import poll_attempt, poll_due
from .refund import (
    approve_refund,
    confirm_by_hand,
    reject_refund,
    request_refund,
    take_up_proposal,
)
from .refundable import refundable_cents
from .send_refund import refunds_due, submit_refund
from .start import start_payment

__all__ = [
    "NewItem",
    "apply_message",
    "approve_refund",
    "cancel_order",
    "confirm_by_hand",
    "create_order",
    "expire",
    "forget_unproven",
    "issue_receipt",
    "poll_attempt",
    "poll_due",
    "process_left_over",
    "receive",
    "record_chargeback",
    "refundable_cents",
    "refunds_due",
    "reject_refund",
    "request_refund",
    "start_payment",
    "submit_refund",
    "take_up_proposal",
]
