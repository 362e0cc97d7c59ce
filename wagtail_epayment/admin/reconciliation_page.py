from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from .reconciliation_cards import NAMESPACE


class ReconciliationPage(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Base of all pages of the comparison: says where one is, and leads back to its list."""

    header_icon = "check"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse(f"{NAMESPACE}:index"), "label": _("Reconciliation")}
        here = {"url": "", "label": self.get_page_title()}
        return (
            [*self.breadcrumbs_items, index, here]
            if self.request.path != index["url"]
            else [*self.breadcrumbs_items, here]
        )
