from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "wagtail_buergerportal.services"
    label = "buergerportal_services"
    verbose_name = _("Services")
    default_auto_field = "django.db.models.BigAutoField"
