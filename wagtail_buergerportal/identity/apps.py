from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    name = "wagtail_buergerportal.identity"
    label = "buergerportal_identity"
    verbose_name = _("Citizen accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # noqa: F401  registers itself
        from .providers.local import adapter as local  # noqa: F401  registers itself
        from .providers.mock import adapter as mock  # noqa: F401  registers itself
