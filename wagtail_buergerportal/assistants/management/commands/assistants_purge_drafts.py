from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ...flows.purge import purge_drafts


class Command(BaseCommand):
    help = "Delete drafts of form assistants nobody has touched for WAGTAIL_BUERGERPORTAL['DRAFT_DAYS'] days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many would be deleted")

    def handle(self, *args: Any, **options: Any) -> None:
        count = purge_drafts(dry_run=options["dry_run"])
        verb = "would be deleted" if options["dry_run"] else "deleted"
        self.stdout.write(f"{count} drafts {verb}.")
