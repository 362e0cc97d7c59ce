"""Steps, groups of questions and fees."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .fields import QUESTIONS
from .keys import KeyBlock, PlainBlock
from .rules import RuleBlock


class QuestionsBlock(blocks.StreamBlock):
    """The questions of a group."""

    def __init__(self, local_blocks: object = None, **kwargs: object) -> None:
        super().__init__([(name, block()) for name, block in QUESTIONS], **kwargs)


class GroupBlock(blocks.StructBlock):
    label = blocks.CharBlock(label=_("heading of the group"), max_length=200)
    fields = QuestionsBlock(label=_("questions"), required=False)
    rule = RuleBlock()

    class Meta:
        icon = "group"
        label = _("Group of questions")
        description = _("Questions that belong together, under one heading.")
        label_format = "{label}"


class StepFieldsBlock(QuestionsBlock):
    """The questions of a step, alone or in groups."""

    group = GroupBlock()

    def __init__(self, local_blocks: object = None, **kwargs: object) -> None:
        super(QuestionsBlock, self).__init__([(name, block()) for name, block in QUESTIONS], **kwargs)


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("title"), max_length=120)
    key = KeyBlock()
    intro = blocks.TextBlock(label=_("introduction"), required=False, default="", max_length=1000)
    fields = StepFieldsBlock(label=_("questions"), required=False)
    rule = RuleBlock()

    class Meta:
        icon = "form"
        label = _("Step")
        label_format = "{title}"


class StepsBlock(blocks.StreamBlock):
    """The steps of an assistant, each one page."""

    step = StepBlock()

    class Meta:
        required = False


class FeeBlock(blocks.StructBlock):
    """A fee by its key: what it costs is said by the fee schedule of each municipality."""

    key = PlainBlock(label=_("key in the fee schedule"), max_length=60, help_text=_("For example sperrgut.piece"))
    label = blocks.CharBlock(
        label=_("label"),
        required=False,
        default="",
        max_length=120,
        help_text=_("Leave empty for the label in the fee schedule."),
    )
    quantity = blocks.IntegerBlock(label=_("how many"), default=1, min_value=1, max_value=10000)
    quantity_field = KeyBlock(
        label=_("or the answer to the number question"),
        help_text=_("The question's key. If given, the answer counts instead of the number beside it."),
    )
    rule = RuleBlock()

    class Meta:
        icon = "tag"
        label = _("Fee")
        label_format = "{key}"


class FeesBlock(blocks.StreamBlock):
    """What an assistant costs."""

    fee = FeeBlock()

    class Meta:
        required = False
