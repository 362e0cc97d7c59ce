from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...coverage import uncovered
from ...models import FinanceTenant


class Command(BaseCommand):
    help = "Says which prices have no valid posting account, before anybody pays them. Exit status 1 if there are any."

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for tenant in FinanceTenant.objects.filter(is_active=True):
            for found in uncovered(tenant):
                count += 1
                self.stderr.write(f"{tenant}: {found.used.label} ({found.used.where}): {found.message}")
        if count:
            raise CommandError(f"{count} prices could not be posted.")
        self.stdout.write("Every price has a valid posting account.")
