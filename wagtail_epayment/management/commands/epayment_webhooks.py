from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_epayment.flows.create_for_client import forget_requests
from wagtail_epayment.flows.webhook import forget_deliveries, send_due


class Command(BaseCommand):
    help = (
        "Send signed messages that are due to other applications, and forget old messages and idempotency keys. "
        "Run it every minute; two runs at once do no damage."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        sent, old, keys = send_due(), forget_deliveries(), forget_requests()
        self.stdout.write(f"webhooks taken: {sent}, old ones forgotten: {old}, idempotency keys forgotten: {keys}")
