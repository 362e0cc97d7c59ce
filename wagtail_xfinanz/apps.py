from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class XFinanzConfig(AppConfig):
    name = "wagtail_xfinanz"
    label = "wagtail_xfinanz"
    verbose_name = _("Bookkeeping")
    default_auto_field = "django.db.models.BigAutoField"
