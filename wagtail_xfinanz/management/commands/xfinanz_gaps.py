from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ...gaps import gaps
from ...models import KassenzeichenRange


class Command(BaseCommand):
    help = "Lists the numbers of each Kassenzeichen range that no order has, and why."

    def handle(self, *args: Any, **options: Any) -> None:
        for found in KassenzeichenRange.objects.select_related("tenant"):
            self.stdout.write(f"{found.tenant}: {found}, next {found.counter_next}, left {found.remaining}")
            for gap in gaps(found):
                self.stdout.write(f"    {gap.counter} {gap.reference} {gap.cause.label}")
