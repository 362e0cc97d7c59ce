from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from wagtail.models import Site

from wagtail_buergerportal.communes.flows.roles import UnknownPermission, setup_roles


class Command(BaseCommand):
    help = "Make the groups of every commune with their rights. Run it again after adding a department or an app."

    def handle(self, *args: Any, **options: Any) -> None:
        sites = Site.objects.exclude(communesettings__isnull=True).order_by("pk")
        if not sites:
            raise CommandError("No site has municipality settings yet: fill them in under Settings first.")
        # Group names are data, not interface text: they come out the same whoever runs this.
        with translation.override(settings.LANGUAGE_CODE):
            for site in sites:
                self._set_up(site)

    def _set_up(self, site: Site) -> None:
        try:
            groups = setup_roles(site)
        except UnknownPermission as error:
            raise CommandError(str(error)) from error
        for group in groups.values():
            self.stdout.write(group.name)
