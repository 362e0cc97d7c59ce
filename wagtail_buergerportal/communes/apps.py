from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommunesConfig(AppConfig):
    name = "wagtail_buergerportal.communes"
    label = "buergerportal_communes"
    verbose_name = _("Communes")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail_buergerportal import checks  # noqa: F401  registers itself
