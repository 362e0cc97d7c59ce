from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from wagtail.models import Site

from wagtail_epayment.providers.sandbox.account import open_account


class Command(BaseCommand):
    help = "Let a site take sandbox payments (no real money): opens an account and makes the contract."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("hostname", help="host name of the Wagtail site")
        parser.add_argument("--base-url", default="http://127.0.0.1:8000/sandbox-bank/")
        parser.add_argument("--label", default="Sandbox")

    def handle(self, *args: Any, **options: Any) -> None:
        site = Site.objects.filter(hostname=options["hostname"]).first()
        if site is None:
            known = ", ".join(Site.objects.values_list("hostname", flat=True))
            raise CommandError(f'There is no site "{options["hostname"]}". Known: {known}.')
        contract = open_account(site=site, label=options["label"], base_url=options["base_url"])
        self.stdout.write(f"Contract {contract.pk} of {site.hostname} pays at {contract.options['base_url']}")
