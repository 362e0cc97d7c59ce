from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...flows.verify import verify, without_tenant
from ...models import Batch, FinanceTenant


class Command(BaseCommand):
    help = "Checks numbers, hash chain, files and sums of all batches, and that every payment is or can be posted."

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for where, contradiction in self._contradictions():
            wrong += 1
            self.stderr.write(f"{where}{contradiction}")
        if wrong:
            raise CommandError(f"{wrong} contradictions found.")
        self.stdout.write(f"{Batch.objects.exclude(number=None).count()} released batches, no contradiction.")

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        for tenant in FinanceTenant.objects.all():
            for contradiction in verify(tenant):
                yield f"{tenant}: ", contradiction
        for contradiction in without_tenant():
            yield "", contradiction
