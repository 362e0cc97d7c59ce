from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_buergerportal.identity.flows import purge


class Command(BaseCommand):
    help = "Delete citizen accounts whose e-mail address was not confirmed in time."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{purge()} unconfirmed accounts deleted")
