from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "wagtail_buergerportal.pages"
    label = "buergerportal_pages"
    verbose_name = _("Portal pages")
    default_auto_field = "django.db.models.BigAutoField"
