"""Conditions, said at the element they affect: "Zeige nur, wenn Art der Abfuhr ist Express"."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .keys import KeyBlock, PlainBlock

OPERATORS = [
    ("is", _("is")),
    ("is_not", _("is not")),
    ("filled", _("has been answered")),
    ("empty", _("has not been answered")),
    ("greater", _("is greater than")),
    ("less", _("is less than")),
    ("contains", _("contains")),
]


class ConditionBlock(blocks.StructBlock):
    field = KeyBlock(label=_("key of the earlier question"), required=True, help_text="")
    operator = blocks.ChoiceBlock(label=_("comparison"), choices=OPERATORS, default="is")
    value = PlainBlock(
        label=_("answer"),
        required=False,
        default="",
        max_length=200,
        help_text=_("The answer's key or text; “yes” or “no”; a number; a day like 2026-12-24."),
    )

    class Meta:
        label = _("Condition")
        label_format = "{field} {operator} {value}"
        icon = "help"


class RuleBlock(blocks.StructBlock):
    """Shows its element only if the conditions hold; without conditions always."""

    conditions = blocks.ListBlock(ConditionBlock(), label=_("Show only if …"), default=[])
    mode = blocks.ChoiceBlock(
        label=_("Of these conditions"),
        choices=[("all", _("all must hold")), ("any", _("one must hold"))],
        default="all",
    )

    class Meta:
        label = _("Show only if …")
        icon = "view"
        collapsed = True

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(local_blocks, **kwargs)
