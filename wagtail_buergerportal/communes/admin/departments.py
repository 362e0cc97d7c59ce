"""Departments of the communes one works for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from wagtail_sitekit.scoping import SiteScopedSnippetViewSet

from ..models import Department


class DepartmentViewSet(SiteScopedSnippetViewSet):
    model = Department
    icon = "group"
    menu_label = _("Departments")
    list_display = ["name", "site", "email", "phone"]
    list_filter = ["site"]
    search_fields = ["name", "email"]
    copy_view_enabled = False
    panels = [
        MultiFieldPanel([FieldPanel("site"), FieldPanel("name")], heading=_("Department")),
        MultiFieldPanel([FieldPanel("email"), FieldPanel("phone")], heading=_("Contact")),
    ]
