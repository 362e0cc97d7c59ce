from __future__ import annotations

from django.apps import AppConfig


class TownConfig(AppConfig):
    name = "tests.town"
    label = "town"
    default_auto_field = "django.db.models.BigAutoField"
