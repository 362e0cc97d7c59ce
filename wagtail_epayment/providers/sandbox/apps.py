from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SandboxConfig(AppConfig):
    """The sandbox bank: the *other side* of the sandbox provider, with tables of its own."""

    name = "wagtail_epayment.providers.sandbox"
    label = "wagtail_epayment_sandbox"
    verbose_name = _("Sandbox bank")
    default_auto_field = "django.db.models.BigAutoField"
