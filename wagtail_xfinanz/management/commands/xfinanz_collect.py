from __future__ import annotations

import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from wagtail_sitekit.money import format_money

from ...budget import end_of
from ...flows import collect
from ...models import FinanceTenant


class Command(BaseCommand):
    help = "Puts all payments that no batch books into drafts, for every active tenant. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", help="only the tenant with this number")
        parser.add_argument(
            "--until",
            type=datetime.date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="last posting day; a schedule after midnight takes the day before, so that no day is split",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = FinanceTenant.objects.filter(is_active=True)
        if options["tenant"]:
            tenants = tenants.filter(number=options["tenant"])
        for tenant in tenants:
            collected = collect(tenant, by=None, cut_off=end_of(options["until"]) if options["until"] else None)
            for batch in collected.batches:
                self.stdout.write(f"{tenant}: {batch}, {batch.count} postings, {format_money(batch.total_cents)}")
            if collected.with_problems:
                self.stderr.write(f"{tenant}: {collected.with_problems} payments with problems, see the admin")
