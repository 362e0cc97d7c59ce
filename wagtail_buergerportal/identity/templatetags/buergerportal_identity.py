from __future__ import annotations

from django import template
from django.template.context import Context

from ..sessions import CurrentCitizen, current_citizen

register = template.Library()


@register.simple_tag(takes_context=True)
def logged_in(context: Context) -> CurrentCitizen | None:
    """Who is logged in on this request."""
    request = context.get("request")
    return current_citizen(request) if request is not None and hasattr(request, "session") else None
