from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...errors import BookkeepingError
from ...flows import acknowledge, tenant_number_of
from ...models import FinanceTenant


class Command(BaseCommand):
    help = "Takes in a file in which the finance system answers to a batch. Safe to run again with the same file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--site", help="host name of the commune, if several have a tenant of this number")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            data = path.read_bytes()
            tenant = self._tenant(tenant_number_of(data), options["site"])
            taken = acknowledge(tenant, data=data, filename=path.name, by=None)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except BookkeepingError as error:
            raise CommandError(f"{path}: {error}") from error
        source = taken.source
        if taken.is_repetition:
            self.stdout.write(f"{tenant}: {path.name} was imported before, nothing has changed.")
            return
        self.stdout.write(
            f"{tenant}: batch {source.batch}, {source.accepted} accepted, {source.rejected} rejected, "
            f"{source.repeated} known already"
        )
        if source.contradicting:
            raise CommandError(f"{source.contradicting} answers contradict earlier ones: see the batch in the admin.")

    def _tenant(self, number: str, hostname: str | None) -> FinanceTenant:
        tenants = FinanceTenant.objects.filter(number=number, **({"site__hostname": hostname} if hostname else {}))
        found = list(tenants[:2])
        if not found:
            raise CommandError(f"There is no tenant {number}.")
        if len(found) > 1:
            raise CommandError(f"There are several tenants {number}: please name the commune by --site.")
        return found[0]
