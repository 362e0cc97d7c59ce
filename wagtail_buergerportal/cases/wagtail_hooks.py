"""Everything this app adds to the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls.resolvers import URLPattern
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.permissions import register_permission_policy

from wagtail_buergerportal.communes.policies import DepartmentPolicy
from wagtail_sitekit.scoping import SitePolicy, visible

from .admin.deletions import DeletionViewSet
from .admin.inbox import InboxViewSet
from .admin.work import urlpatterns
from .models import Case, CaseDeletion, CaseState

register_permission_policy(Case, DepartmentPolicy(Case))
register_permission_policy(CaseDeletion, SitePolicy(CaseDeletion))


@hooks.register("register_admin_viewset")
def register_inbox() -> InboxViewSet:
    return InboxViewSet("cases")


@hooks.register("register_admin_viewset")
def register_deletions() -> DeletionViewSet:
    return DeletionViewSet("deleted_cases")


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    return urlpatterns


class NewCasesPanel(Component):
    """How many cases wait for this clerk's department."""

    order = 50

    def render_html(self, parent_context: Any = None) -> str:
        user = parent_context["request"].user
        count = visible(user, Case).filter(state=CaseState.RECEIVED).count()
        return render_to_string("buergerportal/cases/admin/panel.html", {"count": count}) if count else ""


@hooks.register("construct_homepage_panels")
def add_panel(request: HttpRequest, panels: list[Component]) -> None:
    panels.append(NewCasesPanel())
