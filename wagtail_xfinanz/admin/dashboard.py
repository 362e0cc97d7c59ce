"""On the admin's first page: days nobody has closed, and answers of the finance system somebody has to look at."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from wagtail_sitekit.scoping import sites_for

from ..closing.days import unclosed
from ..flows.answers import rejected_in
from ..models import Batch, DailyClosing, DeliveryChannel, FetchedAnswer, FetchedState
from .closings import RIGHTS, tenants_for

_ANSWERS = ("reverse", "acknowledge")


class ClosingPanel(Component):
    """Shown only to whom it concerns, and only if a day is open."""

    order = 55

    def render_html(self, parent_context: Any = None) -> str:
        user = parent_context["request"].user
        if not policy_registry.get_by_type(DailyClosing).user_has_any_permission(user, RIGHTS):
            return ""
        late = unclosed(tenants_for(user))
        return render_to_string("wagtail_xfinanz/admin/closing_panel.html", {"late": late}) if late else ""


class AnswersPanel(Component):
    """Shown only to those who can do something about it, and only if there is something to do."""

    order = 56

    def render_html(self, parent_context: Any = None) -> str:
        user = parent_context["request"].user
        if not policy_registry.get_by_type(Batch).user_has_any_permission(user, _ANSWERS):
            return ""
        sites = sites_for(user, Batch, _ANSWERS)
        channels = DeliveryChannel.objects.filter(tenant__site__in=sites, is_active=True)
        refused = FetchedAnswer.objects.filter(channel__tenant__site__in=sites, state=FetchedState.REFUSED)
        told = {
            "rejected": rejected_in(sites).filter(rejection_decisions=None, replacement=None, reversal=None).count(),
            "refused": refused.count(),
            "in_trouble": channels.exclude(answers_error="").exists(),
        }
        return render_to_string("wagtail_xfinanz/admin/answers_panel.html", told) if any(told.values()) else ""
