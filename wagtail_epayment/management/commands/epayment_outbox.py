from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_epayment.outbox import deliver_due


class Command(BaseCommand):
    help = "Deliver events that are still waiting, e.g. after a crash or a subscriber's error."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"events delivered: {deliver_due()}")
