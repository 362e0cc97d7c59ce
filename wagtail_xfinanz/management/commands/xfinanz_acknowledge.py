from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...errors import BookkeepingError
from ...flows import acknowledge, fetch_answers, tenant_number_of
from ...models import AcknowledgementImport, FinanceTenant


class Command(BaseCommand):
    help = (
        "Takes in a file in which the finance system answers to a batch, or with --fetch all new ones in the answers "
        "folders of the channels. Safe to run again, and twice at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("file", type=Path, nargs="?")
        what.add_argument("--fetch", action="store_true", help="fetch what the channels have; every minute")
        parser.add_argument("--site", help="host name of the commune, if several have a tenant of this number")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["fetch"]:
            self._fetch()
        else:
            self._take(options["file"], options["site"])

    def _fetch(self) -> None:
        fetched = fetch_answers()
        for source in fetched.taken:
            self._tell(source)
        for row in fetched.refused:
            self.stderr.write(f"{row.channel}: {row.name}: {row.error}")
        for channel, error in fetched.troubles:
            self.stderr.write(f"{channel}: {error}")
        self.stdout.write(f"{len(fetched.taken)} answers fetched, {fetched.repeated} imported before.")
        if wrong := len(fetched.refused) + len(fetched.troubles):
            raise CommandError(f"{wrong} files or channels need somebody: see the answers in the admin.")
        if sum(source.contradicting for source in fetched.taken):
            raise CommandError("Some answers contradict earlier ones: see their batches in the admin.")

    def _take(self, path: Path, hostname: str | None) -> None:
        try:
            data = path.read_bytes()
            tenant = self._tenant(tenant_number_of(data), hostname)
            taken = acknowledge(tenant, data=data, filename=path.name, by=None)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except BookkeepingError as error:
            raise CommandError(f"{path}: {error}") from error
        if taken.is_repetition:
            self.stdout.write(f"{tenant}: {path.name} was imported before, nothing has changed.")
            return
        self._tell(taken.source)
        if count := taken.source.contradicting:
            raise CommandError(f"{count} answers contradict earlier ones: see the batch in the admin.")

    def _tell(self, source: AcknowledgementImport) -> None:
        self.stdout.write(
            f"{source.tenant}: batch {source.batch}, {source.accepted} accepted, {source.rejected} rejected, "
            f"{source.repeated} known already"
        )

    def _tenant(self, number: str, hostname: str | None) -> FinanceTenant:
        tenants = FinanceTenant.objects.filter(number=number, **({"site__hostname": hostname} if hostname else {}))
        found = list(tenants[:2])
        if not found:
            raise CommandError(f"There is no tenant {number}.")
        if len(found) > 1:
            raise CommandError(f"There are several tenants {number}: please name the commune by --site.")
        return found[0]
