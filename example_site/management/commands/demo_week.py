from __future__ import annotations

import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from example_site.week import Week, had_its_week
from wagtail_epayment.models import PaymentContract
from wagtail_xfinanz.models import FinanceTenant


class Command(BaseCommand):
    help = (
        "Let a town of the demo live through a week of payments with everything that goes wrong in a real one, ending "
        "about three weeks ago, so that the reconciliation has something to show. Does nothing if it has had one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="another number is another week")

    def handle(self, *args: Any, **options: Any) -> None:
        contract = PaymentContract.objects.filter(provider="sandbox", site__site_name="Musterstadt").first()
        if contract is None:
            raise CommandError("Fill the demo first: manage.py demo_content.")
        if had_its_week(contract):
            self.stdout.write("Musterstadt has had its week already. See “Zahlungen → Abgleich” as musterstadt-kasse1.")
            return
        today = timezone.localdate()
        monday = today - datetime.timedelta(days=today.weekday() + 28)
        begun = timezone.make_aware(datetime.datetime.combine(monday, datetime.time()))
        with transaction.atomic():
            # As if the town had been there already: its contracts are asked, and its days are to be closed, from then on.
            PaymentContract.objects.filter(site=contract.site, created_at__gt=begun).update(created_at=begun)
            FinanceTenant.objects.filter(site=contract.site, created_at__gt=begun).update(created_at=begun)
            clerk = get_user_model().objects.get(username="musterstadt-kasse1")
            week = Week(site=contract.site, contract=contract, clerk=clerk, monday=monday, seed=options["seed"]).run()
        for name, count in sorted(week.happened.items()):
            self.stdout.write(f"{count:4} × {name}")
        self.stdout.write(f"\nSee “Zahlungen → Abgleich” and “Kasse” as musterstadt-kasse1, from {monday} on.")
