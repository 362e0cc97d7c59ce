from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class XFinanzConfig(AppConfig):
    name = "wagtail_xfinanz"
    label = "wagtail_xfinanz"
    verbose_name = _("Bookkeeping")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail_epayment import references

        from . import checks  # noqa: F401  registers itself
        from .flows.allocate import allocate
        from .flows.recognise import recognise

        references.register(allocate, recogniser=recognise)
