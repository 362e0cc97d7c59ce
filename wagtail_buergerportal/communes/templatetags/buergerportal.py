"""Tags for the frame around every citizens' page. Each does without a request, so that error pages can be shown."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.apps import apps
from django.template import TemplateDoesNotExist
from django.template.context import Context
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

from wagtail_buergerportal import conf
from wagtail_sitekit.money import format_money

from ..current import commune_of
from ..frame import Frame, frame_of
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
        found: Any = get_template(name)
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
def page_frame(context: Context) -> Frame:
    """Main menu, breadcrumbs and other languages of this page."""
    page = context.get("page")
    return frame_of(context.get("request"), page if isinstance(page, Page) else None)
