from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation
from wagtail.models import Site

from wagtail_buergerportal.communes.flows.roles import setup_roles


class Command(BaseCommand):
    help = "Make the groups of every commune with their rights. Run it again after adding a department or an app."

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            for site in Site.objects.exclude(communesettings__isnull=True):
                for group in setup_roles(site).values():
                    self.stdout.write(group.name)
