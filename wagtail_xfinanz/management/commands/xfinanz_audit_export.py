from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from ...errors import BookkeepingError
from ...flows import audit_export, make_due_exports
from ...models import FinanceTenant


class Command(BaseCommand):
    help = (
        "Writes everything of a period of a tenant into a zip with tables and their record description; with --due "
        "makes what auditors have asked for in the admin, and deletes what is over."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        day: dict[str, Any] = {"type": datetime.date.fromisoformat, "metavar": "YYYY-MM-DD"}
        parser.add_argument("--due", action="store_true", help="every minute; needs nothing else")
        parser.add_argument("--from", dest="first", help="first booking day", **day)
        parser.add_argument("--until", dest="last", help="last booking day", **day)
        parser.add_argument("--tenant", help="number of the tenant")
        parser.add_argument("file", type=Path, metavar="FILE", nargs="?", help="the zip to write; must not exist yet")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = [options[name] for name in ("first", "last", "tenant", "file")]
        if options["due"] and wanted != [None] * len(wanted):
            raise CommandError("--due needs nothing else.")
        if options["due"]:
            self.stdout.write(f"{make_due_exports()} packages made.")
        elif None in wanted:
            raise CommandError("Please name --from, --until, --tenant and the file, or say --due.")
        else:
            self._write(options)

    def _write(self, options: dict[str, Any]) -> None:
        tenants = list(FinanceTenant.objects.filter(number=options["tenant"])[:2])
        if len(tenants) != 1:
            raise CommandError(f'There is no tenant, or more than one, with the number "{options["tenant"]}".')
        path: Path = options["file"]
        try:
            # For nobody else: the package names payers.
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(str(error)) from error
        try:
            with os.fdopen(handle, "wb") as out, translation.override("de"):
                rows = audit_export(tenants[0], first=options["first"], last=options["last"], out=out, by=None)
        except BaseException as error:
            path.unlink()
            if isinstance(error, BookkeepingError):
                raise CommandError(str(error)) from error
            raise
        self.stdout.write(f"{path}: {rows} rows of {tenants[0]}.")
