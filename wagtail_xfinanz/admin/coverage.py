"""Two pages that ask ahead: prices nobody could post, and numbers nobody has."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_sitekit.scoping import VIEW_ACTIONS, sites_for

from ..coverage import uncovered
from ..gaps import gaps
from ..models import Batch, FinanceTenant, KassenzeichenRange
from .crumbs import BelowBatches
from .trail import BelowIndex

SHOWN = 500


class CoverageView(BelowBatches, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Prices without a valid posting account, of every commune the user sees."""

    model = Batch
    any_permission_required = list(VIEW_ACTIONS)
    template_name = "wagtail_xfinanz/admin/coverage.html"
    page_title = _("Prices without a posting account")
    header_icon = "search"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sites = sites_for(self.request.user, Batch, VIEW_ACTIONS)
        tenants = FinanceTenant.objects.filter(site__in=sites, is_active=True)
        rows = [{"tenant": tenant, "found": found} for tenant in tenants for found in uncovered(tenant)]
        return {**super().get_context_data(**kwargs), "rows": rows}


class GapsView(BelowIndex, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """What became of every number of one range."""

    model = KassenzeichenRange
    any_permission_required = list(VIEW_ACTIONS)
    index_url_name = "xfinanz_ranges:index"
    template_name = "wagtail_xfinanz/admin/gaps.html"
    page_title = _("Numbers no order has")
    header_icon = "order-up"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sites = sites_for(self.request.user, KassenzeichenRange, VIEW_ACTIONS)
        ranges = KassenzeichenRange.objects.select_related("tenant").filter(tenant__site__in=sites)
        found = get_object_or_404(ranges, pk=self.kwargs["pk"])
        rows = list(islice(gaps(found), SHOWN + 1))
        more = {"more": len(rows) > SHOWN, "shown": SHOWN}
        return {**super().get_context_data(**kwargs), "range": found, "rows": rows[:SHOWN], **more}
