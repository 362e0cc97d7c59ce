from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_epayment.flows.fetch_reports import fetch_all_reports


class Command(BaseCommand):
    help = (
        "Fetch the settlement reports of providers that can be asked, and compare everything that is open with the "
        "books. Run it once a day; two runs at once do no damage."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        fetched = fetch_all_reports()
        for each in fetched:
            result = each.error or f"{each.reports} new reports, {each.new_lines} new lines"
            self.stdout.write(f"{each.contract.site} / {each.contract.provider}: {result}")
        failed = sum(bool(each.error) for each in fetched)
        if failed:
            raise CommandError(f"{failed} of {len(fetched)} contracts could not be asked; the others are done.")
