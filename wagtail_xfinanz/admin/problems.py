"""Payments that no batch can take yet, and why."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_sitekit.scoping import VIEW_ACTIONS, sites_for

from ..flows.rejected import kept_out
from ..models import Batch, FinanceTenant
from .crumbs import BelowBatches

SHOWN = 200


class ProblemsView(BelowBatches, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    model = Batch
    any_permission_required = list(VIEW_ACTIONS)
    template_name = "wagtail_xfinanz/admin/problems.html"
    page_title = _("Payments that cannot be posted")
    header_icon = "warning"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = list(islice(self._rows(), SHOWN + 1))
        more = {"more": len(rows) > SHOWN, "shown": SHOWN, "may_correct": self.user_has_permission("collect")}
        return {**super().get_context_data(**kwargs), "rows": rows[:SHOWN], **more}

    def _rows(self) -> Any:
        sites = sites_for(self.request.user, Batch, VIEW_ACTIONS)
        for tenant in FinanceTenant.objects.filter(site__in=sites, is_active=True):
            for entry, problems in kept_out(tenant):
                if problems:
                    yield {
                        "tenant": tenant,
                        "entry": entry,
                        "problems": problems,
                        "texts": any(p.text for p in problems),
                    }
