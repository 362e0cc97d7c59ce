from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ..richtext import ProseBlock


class TextBlock(ProseBlock):
    """Running text."""

    class Meta:
        label = _("Text")
        icon = "pilcrow"
        description = _("Running text with headings, lists and links.")
        template = "buergerportal/services/blocks/text.html"
        preview_value = "<p>Wir holen Ihren Sperrmüll an der Grundstücksgrenze ab.</p>"
