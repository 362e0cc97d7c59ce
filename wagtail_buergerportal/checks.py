"""System checks of the portal; each hint names the fix. Those that read the database run with ``--database``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count

from . import conf


@register("buergerportal")
def check_settings(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        found = conf.get()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="Correct the WAGTAIL_BUERGERPORTAL dict.", id="buergerportal.E001")]
    return [*_salt(), *_static(found), *_request()]


@register(Tags.database)
def check_communes(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    from .communes.models import CommuneSettings, Department

    if not databases or "default" not in databases or not _is_migrated(CommuneSettings, Department):
        return []
    return [*_prefixes(), *_sites()]


def _salt() -> list[CheckMessage]:
    if getattr(settings, "SALT_KEY", None):
        return []
    hint = "Set SALT_KEY to a list with one long random text; put a new one in front to rotate it."
    return [Error("SALT_KEY is not set: applications could not be encrypted.", hint=hint, id="buergerportal.E002")]


def _static(found: conf.Conf) -> list[CheckMessage]:
    return [
        Warning(
            f'WAGTAIL_BUERGERPORTAL["{key}"] names the static file "{path}", which is not there.',
            hint="Put the dist folder of @kern-ux/native into a directory of STATICFILES_DIRS, or leave it empty.",
            id="buergerportal.W001",
        )
        for key, path in (("KERN_CSS", found.KERN_CSS), ("KERN_FONT_CSS", found.KERN_FONT_CSS))
        if path and finders.find(path) is None
    ]


def _request() -> list[CheckMessage]:
    name = "django.template.context_processors.request"
    templates: list[dict[str, Any]] = settings.TEMPLATES
    if any(name in engine.get("OPTIONS", {}).get("context_processors", []) for engine in templates):
        return []
    hint = f'Add "{name}" to the context processors of TEMPLATES.'
    return [Error("Templates do not get the request, so no commune is known.", hint=hint, id="buergerportal.E003")]


def _prefixes() -> list[CheckMessage]:
    from .communes.models import CommuneSettings

    unset = CommuneSettings.objects.filter(case_prefix="XXX").count()
    if unset < 2:
        return []
    return [
        Error(
            f"{unset} communes still have XXX as prefix of their case numbers, so their numbers would collide.",
            hint="Give each its own prefix under Settings → municipality.",
            id="buergerportal.E101",
        )
    ]


def _sites() -> list[CheckMessage]:
    from wagtail.models import Site

    from .communes.models import CommuneSettings

    towns = dict(CommuneSettings.objects.exclude(name="").values_list("site_id", "imprint"))
    messages: list[CheckMessage] = []
    for site in Site.objects.annotate(department_count=Count("departments")).order_by("pk"):
        if site.pk not in towns:
            hint = "Fill them in under Settings → municipality."
            messages.append(Warning(f"{site} has no municipality settings.", hint=hint, id="buergerportal.W101"))
            continue
        if not site.department_count:
            hint = "Add one under Snippets → Departments, then run manage.py setup_roles."
            messages.append(Warning(f"{site} has no department to work on cases.", hint=hint, id="buergerportal.W102"))
        if not towns[site.pk]:
            hint = "Write one under Settings → municipality."
            messages.append(Warning(f"{site} has no imprint.", hint=hint, id="buergerportal.W103"))
    return messages


def _is_migrated(*models: Any) -> bool:
    from django.db import connection

    tables = set(connection.introspection.table_names())
    return all(model._meta.db_table in tables for model in models)
