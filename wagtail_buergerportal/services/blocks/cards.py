from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.models import Page


def link_of(page: Page | None, context: Any) -> dict[str, Any] | None:
    """A chosen page as title and address; None if it is gone or not published."""
    if page is None or not page.live:
        return None
    return {"id": page.pk, "title": page.title, "url": page.get_url((context or {}).get("request"))}


class CardBlock(blocks.StructBlock):
    page = blocks.PageChooserBlock(label=_("Page"))
    title = blocks.CharBlock(label=_("Title"), max_length=80, required=False, help_text=_("Empty: its own title."))
    text = blocks.CharBlock(label=_("Text"), max_length=200, required=False)

    def get_api_representation(self, value: Any, context: Any = None) -> dict[str, Any]:
        return {
            "title": value.get("title", ""),
            "text": value.get("text", ""),
            "page": link_of(value.get("page"), context),
        }

    class Meta:
        icon = "link"
        label = _("Card")


class _CardsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    cards = blocks.ListBlock(CardBlock(), label=_("Cards"), min_num=1)


class TopTasksBlock(_CardsBlock):
    """What most people come for, as direct links."""

    class Meta:
        label = _("Top tasks")
        icon = "pick"
        description = _("What most people come for, as direct links.")
        template = "buergerportal/services/blocks/top_tasks.html"
        preview_value = {"heading": "Häufig gesucht", "cards": []}


class LifeSituationsBlock(_CardsBlock):
    """Ways in by what happens in life: moving, having a child, owning a dog."""

    class Meta:
        label = _("Life situations")
        icon = "group"
        description = _("Cards that lead in by what happens in life, e.g. moving house.")
        template = "buergerportal/services/blocks/life_situations.html"
        preview_value = {"heading": "Lebenslagen", "cards": []}
