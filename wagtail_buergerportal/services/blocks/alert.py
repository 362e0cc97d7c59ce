from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from ..richtext import ProseBlock


class AlertBlock(blocks.StructBlock):
    """Something people must not miss. Its kind is said in words too, not by colour alone."""

    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=[
            ("info", _("Please note")),
            ("warning", _("Important")),
            ("danger", _("Warning")),
            ("success", _("Good news")),
        ],
        default="info",
    )
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = ProseBlock(label=_("Text"), required=False, features=["bold", "link"])

    class Meta:
        label = _("Notice")
        icon = "warning"
        description = _("A framed note, e.g. about changed opening hours.")
        template = "buergerportal/services/blocks/alert.html"
        preview_value = {
            "kind": "warning",
            "title": "Am Freitag geschlossen",
            "text": "<p>Online sind wir für Sie da.</p>",
        }
