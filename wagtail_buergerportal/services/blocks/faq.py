from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from ..richtext import ProseBlock


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=200)
    answer = ProseBlock(label=_("Answer"))

    class Meta:
        icon = "help"
        label = _("Question")


class FaqBlock(blocks.StructBlock):
    """Questions that open to their answers; works without JavaScript."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="")
    questions = blocks.ListBlock(QuestionBlock(), label=_("Questions"), min_num=1)

    class Meta:
        label = _("Frequent questions")
        icon = "help"
        description = _("Questions that open to their answers.")
        template = "buergerportal/services/blocks/faq.html"
        preview_value = {
            "heading": "Häufige Fragen",
            "questions": [{"question": "Was gehört zum Sperrmüll?", "answer": "<p>Möbel, Matratzen und Teppiche.</p>"}],
        }
