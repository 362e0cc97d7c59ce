from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from example_site.content.build import build, staff_of
from example_site.content.towns import KREIS, PASSWORD, TOWNS


class Command(BaseCommand):
    help = "Fill the demo: a district with two towns. Running it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            build(options["port"])
        self._say(options["port"])

    def _say(self, port: int) -> None:
        self.stdout.write("\nThe demo is ready:")
        for town in (KREIS, *TOWNS):
            self.stdout.write(f"  {town.name:24} http://{town.host}:{port}/")
        self.stdout.write(f"  {'Administration':24} http://{KREIS.host}:{port}/admin/")
        self.stdout.write(f"\nLogins, all with the password {PASSWORD}:")
        self.stdout.write(f"  {'kreis-admin':32} everything")
        for town in TOWNS:
            for name, __, title in staff_of(town):
                self.stdout.write(f"  {name:32} {title}, {town.name}")
        self.stdout.write("")
