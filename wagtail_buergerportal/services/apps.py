from __future__ import annotations

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "wagtail_buergerportal.services"
    label = "buergerportal_services"
    verbose_name = _("Services")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        if apps.is_installed("wagtail_localize"):
            from .localize import synchronise_fields

            synchronise_fields()
