"""The verbs of payment, one module each: the only code of this app that changes state."""

from __future__ import annotations

from .apply import apply_message
from .cancel import cancel_order
from .create import NewItem, create_order
from .expire import expire
from .inbox import process_left_over, receive
from .issue import issue_receipt
from .poll import poll_attempt, poll_due
from .start import start_payment

__all__ = [
    "NewItem",
    "apply_message",
    "cancel_order",
    "create_order",
    "expire",
    "issue_receipt",
    "poll_attempt",
    "poll_due",
    "process_left_over",
    "receive",
    "start_payment",
]
