"""Assistants and their placements in the Wagtail admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList, TabbedInterface

from wagtail_sitekit.columns import YesNoColumn
from wagtail_sitekit.scoping import SiteScopedSnippetViewSet

from ..models import Assistant, AssistantPlacement
from .panels import PreflightPanel


class AssistantViewSet(SiteScopedSnippetViewSet):
    model = Assistant
    icon = "form"
    menu_label = _("Form assistants")
    list_display = ["title", "site", "locale", "live"]
    list_filter = ["site", "live"]
    search_fields = ["title"]
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    PreflightPanel(heading=_("Preflight")),
                    FieldPanel("title"),
                    FieldPanel("site"),
                    FieldPanel("steps"),
                    FieldPanel("fees"),
                ],
                heading=_("Questions"),
            ),
            ObjectList(
                [
                    FieldPanel("intro"),
                    FieldPanel("needed"),
                    FieldPanel("processing_time"),
                    FieldPanel("submit_label"),
                    FieldPanel("confirmation"),
                ],
                heading=_("Before and after"),
            ),
        ]
    )


class PlacementViewSet(SiteScopedSnippetViewSet):
    model = AssistantPlacement
    icon = "placeholder"
    menu_label = _("Placed assistants")
    list_display = ["slug", "assistant", "site", "department", YesNoColumn(AssistantPlacement, "is_active")]
    list_filter = ["site", "is_active"]
    search_fields = ["slug"]
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("site"),
                    FieldPanel("assistant"),
                    FieldPanel("slug"),
                    FieldPanel("department"),
                    FieldPanel("is_active"),
                ],
                heading=_("What is offered where"),
            ),
            MultiFieldPanel(
                [
                    HelpPanel(content=_("Empty texts are taken from the assistant.")),
                    FieldPanel("needed"),
                    FieldRowPanel([FieldPanel("duration_minutes"), FieldPanel("processing_time")]),
                    FieldPanel("confirmation"),
                ],
                heading=_("What people are told"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("min_level"),
                    FieldRowPanel([FieldPanel("payment_policy"), FieldPanel("payment_days")]),
                    FieldPanel("retention_days"),
                ],
                heading=_("Rules"),
            ),
        ]
    )
