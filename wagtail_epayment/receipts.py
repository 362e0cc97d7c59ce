"""Money that came or went back gets its receipt at once, not only when somebody asks for it."""

from __future__ import annotations

from .flows.issue import RECEIPT_KINDS, issue_receipt
from .models import OutboxEvent


def issue_for_event(event: OutboxEvent) -> None:
    """An order can also be paid by a chargeback that was reversed: for that money the receipt exists already."""
    if event.entry and event.entry.kind in RECEIPT_KINDS:
        issue_receipt(event.entry)
