from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_buergerportal.cases.flows import remind_overdue, withdraw_unpaid


class Command(BaseCommand):
    help = "Remind people of fees that were due, and withdraw cases whose fee never came. Run it daily."

    def handle(self, *args: Any, **options: Any) -> None:
        for number in withdraw_unpaid():
            self.stdout.write(f"withdrawn {number}")
        for number in remind_overdue():
            self.stdout.write(f"reminded {number}")
