"""Blocks that place an assistant on any page of a site."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.models import Site
from wagtail.snippets.blocks import SnippetChooserBlock


class PlacementChooserBlock(SnippetChooserBlock):
    """Chooses a placed assistant; a page shows it together with what its call to action needs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("buergerportal_assistants.AssistantPlacement", **kwargs)

    def to_python(self, value: Any) -> Any:
        return None if value is None else self.bulk_to_python([value])[0]

    def bulk_to_python(self, values: list[Any]) -> list[Any]:
        """All placements of a page at once, each with its assistant: one query."""
        rows = self.model_class._default_manager.select_related("assistant__locale", "site").in_bulk(
            [value for value in values if value is not None]
        )
        return [rows.get(value) for value in values]


class FormAssistantBlock(blocks.StructBlock):
    """Call to action: what is needed, what it costs, how long it takes, and the way in."""

    placement = PlacementChooserBlock(label=_("placed assistant"))
    heading = blocks.CharBlock(label=_("heading"), required=False, max_length=120)
    button = blocks.CharBlock(label=_("text of the button"), required=False, max_length=60)

    class Meta:
        icon = "form"
        label = _("Form assistant")
        description = _(
            "Opens a form assistant and says beforehand what is needed, what it costs and how long it takes."
        )
        template = "assistants/blocks/form_assistant.html"
        preview_template = "assistants/blocks/form_assistant_preview.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        from ..offer import offer_of

        context = super().get_context(value, parent_context)
        placement = value.get("placement")
        context["placement"] = placement
        if placement is not None and _is_here(placement, context.get("request")):
            context["offer"] = offer_of(placement)
        return context

    def get_api_representation(self, value: Any, context: dict[str, Any] | None = None) -> dict[str, Any]:
        """What a front end needs to begin: the slug and the addresses."""
        placement = value.get("placement")
        if placement is None:
            return {"placement": None, "heading": value.get("heading"), "button": value.get("button")}
        return {
            "placement": placement.slug,
            "heading": value.get("heading"),
            "button": value.get("button"),
            "start_url": reverse("buergerportal_assistants:start", args=[placement.slug]),
            "definition_url": reverse("buergerportal_assistants_api:definition", args=[placement.slug]),
        }


class ExternalAssistantBlock(blocks.StructBlock):
    """Link to an assistant made elsewhere, announced as such."""

    heading = blocks.CharBlock(label=_("heading"), max_length=120)
    url = blocks.URLBlock(label=_("address of the assistant"), help_text=_("With its parameters, if it has any."))
    provider = blocks.CharBlock(
        label=_("run by"), max_length=120, required=False, help_text=_("Who people will be talking to there.")
    )
    needed = blocks.ListBlock(blocks.CharBlock(max_length=200), label=_("what people need at hand"), default=[])
    button = blocks.CharBlock(label=_("text of the button"), required=False, max_length=60)

    class Meta:
        icon = "link-external"
        label = _("External form assistant")
        description = _("Links to an online form outside this site and says so.")
        template = "assistants/blocks/external_assistant.html"
        preview_value = {
            "heading": "Wohngeld beantragen",
            "url": "https://www.example.org/wohngeld",
            "provider": "Land Nordrhein-Westfalen",
            "needed": ["Mietvertrag", "Einkommensnachweise"],
            "button": "",
        }


def _is_here(placement: Any, request: Any) -> bool:
    """Whether the page shown belongs to the placement's own commune; its address exists only there."""
    if request is None:
        return True
    site = Site.find_for_request(request)
    return site is not None and site.pk == placement.site_id
