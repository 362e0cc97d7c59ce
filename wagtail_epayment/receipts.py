"""Money that came or went back gets its receipt at once, not only when somebody asks for it."""

from __future__ import annotations

from .flows.issue import issue_receipt
from .models import OutboxEvent


def issue_for_event(event: OutboxEvent) -> None:
    if event.entry:
        issue_receipt(event.entry)
