from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssistantsConfig(AppConfig):
    name = "wagtail_buergerportal.assistants"
    label = "buergerportal_assistants"
    verbose_name = _("Form assistants")
    default_auto_field = "django.db.models.BigAutoField"
