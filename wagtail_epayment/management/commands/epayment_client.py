from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from wagtail.models import Site

from wagtail_epayment.flows.connect import issue_key
from wagtail_epayment.models import ApiClient


class Command(BaseCommand):
    help = "Give another application a key to the payments API of a commune; a second call replaces the key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("host", help="host name of the commune's site")
        parser.add_argument("name", help="name of the application")
        parser.add_argument(
            "--return-host", action="append", default=[], help="host people may be sent back to; may be repeated"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        site = Site.objects.filter(hostname=options["host"]).first()
        if site is None:
            known = ", ".join(Site.objects.order_by("hostname").values_list("hostname", flat=True))
            raise CommandError(f"There is no site {options['host']}. Known: {known}.")
        client = ApiClient.objects.filter(site=site, name=options["name"]).first()
        client = client or ApiClient(site=site, name=options["name"])
        if options["return_host"]:
            client.return_hosts = "\n".join(options["return_host"])
        self.stdout.write(issue_key(client))
        self.stderr.write("This key is shown once. Whoever has it can make orders of this commune.")
