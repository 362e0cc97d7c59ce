from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...audit.check import check_package
from ...flows.verify import verify, without_tenant
from ...models import Batch, ClosingState, DailyClosing, FinanceTenant


class Command(BaseCommand):
    help = (
        "Checks numbers, hash chain, files and sums of all batches, the signed days, and that every payment is or can "
        "be posted; with --package an exported package instead."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--package", type=Path, metavar="FILE", help="check this audit export, without the database"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        package: Path | None = options["package"]
        wrong = 0
        for where, contradiction in self._of_package(package) if package else self._contradictions():
            wrong += 1
            self.stderr.write(f"{where}{contradiction}")
        if wrong:
            raise CommandError(f"{wrong} contradictions found.")
        if package:
            self.stdout.write(f"{package}: no contradiction.")
            return
        days = DailyClosing.objects.filter(state=ClosingState.SIGNED).count()
        batches = Batch.objects.exclude(number=None).count()
        self.stdout.write(f"{batches} released batches, {days} signed days, no contradiction.")

    def _of_package(self, path: Path) -> Iterator[tuple[str, str]]:
        try:
            with path.open("rb") as source:
                for contradiction in check_package(source):
                    yield f"{path}: ", contradiction
        except OSError as error:
            raise CommandError(str(error)) from error

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        for tenant in FinanceTenant.objects.all():
            for contradiction in verify(tenant):
                yield f"{tenant}: ", contradiction
        for contradiction in without_tenant():
            yield "", contradiction
