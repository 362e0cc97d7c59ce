from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_epayment.flows import expire, poll_due, process_left_over, refunds_due
from wagtail_epayment.outbox import deliver_due


class Command(BaseCommand):
    help = (
        "Ask providers for payments and refunds that are under way, expire what nobody finished, apply messages and deliver "
        "events a crash left over. Run it every minute; two runs at once do no damage."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        left_over, answered, expired = process_left_over(), poll_due(), expire()
        refunds, delivered = refunds_due(), deliver_due()
        self.stdout.write(
            f"messages left over: {left_over}, attempts answered: {answered}, expired: {expired}, "
            f"refunds moved on: {refunds}, events delivered: {delivered}"
        )
