"""What a clerk narrows the inbox by. Choices name only what the clerk may see."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.permissions import policy_registry

from wagtail_buergerportal.communes.models import Department
from wagtail_sitekit.scoping import VIEW_ACTIONS

from ..models import Case, CaseState


def _departments(request: HttpRequest | None) -> QuerySet[Department]:
    if request is None:
        return Department.objects.none()
    return policy_registry.get_by_type(Case).departments_for(request.user, VIEW_ACTIONS).order_by("name")


class InboxFilterSet(WagtailFilterSet):
    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=CaseState.choices, widget=forms.CheckboxSelectMultiple
    )
    department = django_filters.ModelMultipleChoiceFilter(
        label=_("Department"), queryset=_departments, widget=forms.CheckboxSelectMultiple
    )
    assigned = django_filters.ChoiceFilter(
        label=_("Assigned"),
        choices=[("me", _("to me")), ("nobody", _("to nobody"))],
        method="by_assignment",
        empty_label=_("all"),
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Case
        fields = ["state", "department"]

    def by_assignment(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        user: Any = self.request.user if self.request else None
        return rows.filter(assigned_to=user if value == "me" else None)
