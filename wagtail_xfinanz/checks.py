"""System checks; each hint names the fix."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from . import conf
from .formats.csv.profile import from_settings
from .formats.registry import formats


@register("xfinanz")
def check_settings(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        settings_now = conf.get()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="Correct the WAGTAIL_XFINANZ dict.", id="xfinanz.E001")]
    found = (_formats, _profiles, _directories, _closing)
    return [message for check in found for message in check(settings_now)]


def _formats(settings_now: conf.Conf) -> Iterator[CheckMessage]:
    for name in settings_now.FORMATS:
        if name not in formats:
            hint = f'Known formats: {", ".join(formats.names())}. Does the app that registers "{name}" start first?'
            yield Error(f'WAGTAIL_XFINANZ["FORMATS"] names the unknown format "{name}".', hint=hint, id="xfinanz.E002")
        elif not formats.get(name).per_tenant and (reason := formats.get(name).not_ready()):
            yield Warning(f'The format "{name}" writes no files yet.', hint=reason, id="xfinanz.W001")


def _closing(settings_now: conf.Conf) -> Iterator[CheckMessage]:
    try:
        datetime.date.fromisoformat(settings_now.CLOSING_FROM or "2000-01-01")
    except ValueError:
        message = f'WAGTAIL_XFINANZ["CLOSING_FROM"] is no day: "{settings_now.CLOSING_FROM}".'
        yield Error(message, hint='Write it like "2026-11-24".', id="xfinanz.E005")


def _directories(settings_now: conf.Conf) -> Iterator[CheckMessage]:
    for host, path in settings_now.HANDOVER_DIRECTORIES.items():
        if not Path(path).is_absolute():
            message = f'WAGTAIL_XFINANZ["HANDOVER_DIRECTORIES"] names no absolute path for "{host}".'
            yield Error(message, hint="Write the path from the root of the file system.", id="xfinanz.E004")


@register(Tags.database)
def check_mappings(app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **kwargs: Any) -> Any:
    """Tenants whose finance system waits for a file nobody can make yet. Runs with ``check --database``."""
    from .flows import equip
    from .models import FinanceTenant

    if not databases:
        return []
    try:
        tenants = list(FinanceTenant.objects.filter(is_active=True))
    except DatabaseError:
        return []  # ``migrate`` runs this check before it has made the tables.
    found = []
    for tenant in tenants:
        if tenant.default_format in formats:
            reason = equip(type(formats.get(tenant.default_format)), tenant).not_ready()
            if reason:
                message = (
                    f'No file "{tenant.default_format}" can be made for the tenant {tenant}: no batch is released.'
                )
                found.append(Warning(message, hint=reason, id="xfinanz.W002"))
    return found


def _profiles(settings_now: conf.Conf) -> Iterator[CheckMessage]:
    for tenant, profile in settings_now.CSV_PROFILES.items():
        try:
            from_settings(profile)
        except (ImproperlyConfigured, TypeError) as error:
            message = f'The CSV profile of tenant "{tenant}" cannot work: {error}'
            yield Error(message, hint='Correct WAGTAIL_XFINANZ["CSV_PROFILES"].', id="xfinanz.E003")
