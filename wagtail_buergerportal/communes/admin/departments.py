from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from wagtail_sitekit.scoping import SiteScopedSnippetViewSet

from ..models import Department


class DepartmentViewSet(SiteScopedSnippetViewSet):
    model = Department
    icon = "group"
    menu_label = _("Departments")
    list_display = ["name", "site", "email"]
    list_filter = ["site"]
    search_fields = ["name"]
    copy_view_enabled = False
    panels = [
        FieldPanel("site"),
        FieldPanel("name"),
        MultiFieldPanel([FieldPanel("email"), FieldPanel("phone")], heading=_("Contact")),
    ]
