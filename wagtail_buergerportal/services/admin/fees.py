from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, ObjectList

from wagtail_sitekit.scoping import SiteScopedSnippetViewSet

from ..models import FeeSchedule


class FeeScheduleViewSet(SiteScopedSnippetViewSet):
    model = FeeSchedule
    icon = "list-ol"
    menu_label = _("Fee schedules")
    list_display = ["name", "site", "by_law", "valid_from", "valid_until"]
    list_filter = ["site"]
    search_fields = ["name", "by_law"]
    list_export = ["name", "site", "by_law", "valid_from", "valid_until"]
    edit_handler = ObjectList(
        [
            FieldPanel("site"),
            FieldPanel("name"),
            FieldPanel("by_law"),
            FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_until")]),
            InlinePanel(
                "fees",
                label=_("Fee"),
                panels=[
                    FieldRowPanel([FieldPanel("key"), FieldPanel("label")]),
                    FieldRowPanel([FieldPanel("amount_cents"), FieldPanel("tax_permille"), FieldPanel("posting_key")]),
                ],
            ),
        ]
    )
