from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_epayment.rounds import make_round


class Command(BaseCommand):
    help = (
        "Ask providers for payments and refunds that are under way, expire what nobody finished, apply messages and "
        "deliver events a crash left over, and forget old messages without proof. Run it every minute; two runs at "
        "once do no damage."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in make_round().items()))
