from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from wagtail_buergerportal.cases.flows import purge


class Command(BaseCommand):
    help = "Delete ended cases whose retention time is over. Open payments hold a case back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say which cases would go")

    def handle(self, *args: Any, **options: Any) -> None:
        for number in purge(dry_run=options["dry_run"]):
            self.stdout.write(number)
