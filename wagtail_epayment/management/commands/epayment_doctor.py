from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from wagtail.models import Site

from wagtail_epayment.operations.doctor import Diagnosis, examine, invariants


class Command(BaseCommand):
    help = (
        "Check what must be true of all payments, and say what to do where it is not. Changes nothing. "
        "Ends with status 1 if something is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument("--site", metavar="HOST", help="only the commune of this host name")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(examine(_site(options["site"])))
        if options["json"]:
            self.stdout.write(json.dumps({"rules": len(invariants), "broken": [_plain(each) for each in found]}))
        else:
            self._tell(found)
        if found:
            raise SystemExit(1)

    def _tell(self, found: list[Diagnosis]) -> None:
        for each in found:
            self.stdout.write(f"{each.invariant.name} ({each.count})")
            self.stdout.write(f"  Wrong: {each.invariant.wrong}")
            self.stdout.write(f"  To do: {each.invariant.do}")
            for example in each.examples:
                self.stdout.write(f"    {example}")
        self.stdout.write(f"{len(invariants)} rules checked, {len(found)} broken.")


def _site(host: str | None) -> Site | None:
    if host is None:
        return None
    site = Site.objects.filter(hostname=host).first()
    if site is None:
        raise CommandError(f"There is no site {host}.")
    return site


def _plain(diagnosis: Diagnosis) -> dict[str, Any]:
    rule = diagnosis.invariant
    examples = list(diagnosis.examples)
    return {"name": rule.name, "count": diagnosis.count, "wrong": rule.wrong, "do": rule.do, "examples": examples}
