from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "wagtail_buergerportal.cases"
    label = "buergerportal_cases"
    verbose_name = _("Cases")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail_buergerportal.identity.signals import logged_out

        from . import (
            checks,  # noqa: F401  registers itself
            payments,
        )
        from .web.access import forget_all

        payments.subscribe()
        logged_out.connect(forget_all, dispatch_uid="buergerportal_cases.forget_all")
