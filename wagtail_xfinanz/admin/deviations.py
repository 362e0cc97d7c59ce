"""The texts of a batch that are written differently from what people typed."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_sitekit.scoping import VIEW_ACTIONS, sites_for

from ..deviations import deviations
from ..models import Batch
from .crumbs import BelowBatches

SHOWN = 500


class DeviationsView(BelowBatches, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    model = Batch
    any_permission_required = list(VIEW_ACTIONS)
    template_name = "wagtail_xfinanz/admin/deviations.html"
    page_title = _("Texts written differently")
    header_icon = "edit"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sites = sites_for(self.request.user, Batch, VIEW_ACTIONS)
        batch = get_object_or_404(Batch.objects.filter(tenant__site__in=sites), pk=self.kwargs["pk"])
        rows = list(islice(deviations(batch), SHOWN + 1))
        more = {"more": len(rows) > SHOWN, "shown": SHOWN}
        return {**super().get_context_data(**kwargs), "batch": batch, "rows": rows[:SHOWN], **more}
