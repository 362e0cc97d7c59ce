from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from wagtail_buergerportal.cases.flows import purge, purge_orphans


class Command(BaseCommand):
    help = "Delete ended cases whose retention time is over. Open payments hold a case back. Run it daily."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say which cases would go")

    def handle(self, *args: Any, **options: Any) -> None:
        for number in purge(dry_run=options["dry_run"]):
            self.stdout.write(number)
        if not options["dry_run"] and (orphans := purge_orphans()):
            self.stdout.write(f"{orphans} files without a case deleted")
