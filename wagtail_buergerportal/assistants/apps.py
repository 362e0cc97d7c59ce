from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssistantsConfig(AppConfig):
    name = "wagtail_buergerportal.assistants"
    label = "buergerportal_assistants"
    verbose_name = _("Form assistants")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail.signals import published

        from .flows.release import release_published

        published.connect(release_published, dispatch_uid="buergerportal_assistants.release")
