"""The clerk's inbox and the page of one case: for reading. What changes a case is in ``work``."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import IndexView, InspectView

from .. import payments
from ..models import Case
from .filters import InboxFilterSet
from .readonly import ReadOnlyViewSet
from .work import AssignForm, may_work, next_states


class InboxView(IndexView):
    """The list; without what people wrote, which is decrypted only on the case's own page."""

    def get_base_queryset(self) -> QuerySet[Case]:
        rows = super().get_base_queryset().select_related("department", "assigned_to", "site")
        return rows.defer("answers", "summary", "contact_email")


class CaseView(InspectView):
    """Everything about one case, and what to do next."""

    template_name = "buergerportal/cases/admin/case.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        case, user = self.object, self.request.user
        may = may_work(user, case)
        return {
            **super().get_context_data(**kwargs),
            "case": case,
            "events": case.events.select_related("user"),
            "uploads": case.uploads.order_by("field_key", "pk"),
            "payment": payments.payment_of(case),
            "refund_url": payments.refund_url(case, user) if may else None,
            "may_work": may,
            "next_states": next_states(case) if may else [],
            "assign_form": AssignForm(case=case) if may else None,
            "work_url": reverse("buergerportal_cases_work", args=[case.pk]),
            "once": uuid.uuid4().hex,
        }


class InboxViewSet(ReadOnlyViewSet):
    """Cases come from citizens and change by work: they are never added, edited, copied or deleted here."""

    model = Case
    icon = "mail"
    menu_label = _("Cases")
    menu_order = 200
    add_to_admin_menu = True
    url_prefix = "cases"
    index_view_class = InboxView
    inspect_view_class = CaseView
    filterset_class = InboxFilterSet
    list_display = [
        "number",
        "title",
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        "department",
        Column("assigned_to", label=_("Assigned to")),
        DateColumn("created_at", label=_("Received at"), sort_key="created_at"),
    ]
    list_export = ["number", "title", "state", "department", "created_at", "closed_at"]
    search_fields = ["number", "title"]
