from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EPaymentConfig(AppConfig):
    name = "wagtail_epayment"
    label = "wagtail_epayment"
    verbose_name = _("E-payment")
    default_auto_field = "django.db.models.BigAutoField"
