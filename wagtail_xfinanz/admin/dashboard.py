"""On the admin's first page: days nobody has closed."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from ..closing.days import unclosed
from ..models import DailyClosing
from .closings import RIGHTS, tenants_for


class ClosingPanel(Component):
    """Shown only to whom it concerns, and only if a day is open."""

    order = 55

    def render_html(self, parent_context: Any = None) -> str:
        user = parent_context["request"].user
        if not policy_registry.get_by_type(DailyClosing).user_has_any_permission(user, RIGHTS):
            return ""
        late = unclosed(tenants_for(user))
        return render_to_string("wagtail_xfinanz/admin/closing_panel.html", {"late": late}) if late else ""
