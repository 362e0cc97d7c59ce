from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SandboxConfig(AppConfig):
    """The sandbox: its adapter on our side, and the bank with tables of its own on the other."""

    name = "wagtail_epayment.providers.sandbox"
    label = "wagtail_epayment_sandbox"
    verbose_name = _("Sandbox bank")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import adapter  # noqa: F401  registers the provider
