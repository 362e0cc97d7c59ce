"""Tags for the frame around every citizens' page."""

from __future__ import annotations

from typing import Any

from django import template
from django.apps import apps
from django.conf import settings
from django.template.context import Context
from django.utils import translation
from wagtail.models import Page

from wagtail_buergerportal import conf
from wagtail_sitekit.money import format_money

from ..models import CommuneSettings

register = template.Library()
register.filter("money", format_money)


@register.simple_tag(takes_context=True)
def commune(context: Context) -> CommuneSettings | None:
    """The municipality whose site is being shown; None outside a request (e.g. in a mail)."""
    request = context.get("request")
    return CommuneSettings.for_request(request) if request else None


@register.simple_tag
def kern_css() -> str:
    return conf.get().KERN_CSS


@register.simple_tag
def has_app(name: str) -> bool:
    """Whether an app of the family is installed: ``{% has_app "identity" as with_login %}``."""
    return apps.is_installed(f"wagtail_buergerportal.{name}")


@register.simple_tag(takes_context=True)
def languages(context: Context) -> list[dict[str, Any]]:
    """The other languages of this page; empty where the page tree has no translation of it."""
    page, active = context.get("page"), translation.get_language() or settings.LANGUAGE_CODE
    if not isinstance(page, Page) or not getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        return []
    names = dict(settings.LANGUAGES)
    others = page.get_translations().live().select_related("locale")
    return [
        {"code": other.locale.language_code, "name": names.get(other.locale.language_code), "url": other.get_url()}
        for other in others
        if other.locale.language_code != active
    ]
