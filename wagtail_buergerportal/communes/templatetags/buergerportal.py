"""Tags for the frame around every citizens' page. Each does without a request, so that error pages can be shown."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.context import Context
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page, Site

from wagtail_buergerportal import conf
from wagtail_sitekit.money import format_money

from ..current import commune_of
from ..models import CommuneSettings

register = template.Library()
register.filter("money", format_money)


@register.simple_tag(takes_context=True)
def commune(context: Context) -> CommuneSettings | None:
    """The municipality whose site is being shown; None outside a request (e.g. in a mail)."""
    request = context.get("request")
    return commune_of(request) if request else None


@register.simple_tag
def kern_css() -> dict[str, str]:
    """Static paths of the KERN style sheets, empty where the site has none."""
    found = conf.get()
    return {"css": found.KERN_CSS, "fonts": found.KERN_FONT_CSS}


@register.simple_tag
def has_app(name: str) -> bool:
    """Whether an app of the family is installed: ``{% has_app "identity" as with_login %}``."""
    return apps.is_installed(f"wagtail_buergerportal.{name}")


@register.simple_tag(takes_context=True)
def include_if_exists(context: Context, name: str) -> SafeString | str:
    """The template ``name`` with this context, or nothing if no installed app brings it."""
    try:
        found = get_template(name)
    except TemplateDoesNotExist:
        return ""
    return mark_safe(found.template.render(context))


@register.simple_tag
def home_url() -> str:
    """The start page in the active language."""
    try:
        return reverse("wagtail_serve", args=[""])
    except NoReverseMatch:
        return "/"


@register.filter
def tel(number: str) -> str:
    """A telephone number as a ``tel:`` address wants it: "02000 / 123-45" → "0200012345"."""
    return re.sub(r"[^+0-9]", "", number)


@register.simple_tag(takes_context=True)
def main_menu(context: Context) -> list[dict[str, Any]]:
    """The published pages below the start page that editors want in menus, in the active language. Two queries."""
    request, page = context.get("request"), context.get("page")
    site = Site.find_for_request(request) if request else None
    if site is None:
        return []
    language = translation.get_language() or settings.LANGUAGE_CODE
    roots = site.root_page.get_translations(inclusive=True)
    root = roots.filter(locale__language_code=language).first() or site.root_page
    path = getattr(page, "path", "")
    return [
        {
            "title": entry.title,
            "url": entry.get_url(request),
            "is_self": path == entry.path,
            "is_current": path.startswith(entry.path),
        }
        for entry in root.get_children().live().in_menu()
    ]


@register.simple_tag(takes_context=True)
def breadcrumbs(context: Context) -> list[dict[str, str]]:
    """The way from the start page to this page, without the page itself. One query."""
    page, request = context.get("page"), context.get("request")
    if not isinstance(page, Page) or not request or not page.pk:
        return []
    site = Site.find_for_request(request)
    ancestors = page.get_ancestors().live().filter(depth__gte=site.root_page.depth if site else 2)
    return [{"title": ancestor.title, "url": ancestor.get_url(request)} for ancestor in ancestors]


@register.simple_tag(takes_context=True)
def languages(context: Context) -> list[dict[str, Any]]:
    """The other languages of this page; for a page of the page tree only those it is translated to."""
    request, page = context.get("request"), context.get("page")
    active = translation.get_language() or settings.LANGUAGE_CODE
    if isinstance(page, Page):
        return [row for row in _translations(page, request) if row["code"] != active]
    if request is None or len(settings.LANGUAGES) < 2:
        return []
    here = request.get_full_path()
    rows = [{"code": code, "name": name, "url": translate_url(here, code)} for code, name in settings.LANGUAGES]
    return [row for row in rows if row["code"] != active and row["url"] != here]


def _translations(page: Page, request: HttpRequest | None) -> list[dict[str, Any]]:
    if not getattr(settings, "WAGTAIL_I18N_ENABLED", False) or not page.pk:
        return []
    names = dict(settings.LANGUAGES)
    return [
        {
            "code": other.locale.language_code,
            "name": names.get(other.locale.language_code, other.locale.language_code),
            "url": other.get_url(request),
        }
        for other in page.get_translations().live().select_related("locale")
    ]
