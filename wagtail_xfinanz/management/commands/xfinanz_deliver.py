from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ...flows import deliver_due


class Command(BaseCommand):
    help = "Hands over released batches that are due, and looks which ones were fetched. Safe to run twice at once."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{deliver_due()} hand-overs tried.")
