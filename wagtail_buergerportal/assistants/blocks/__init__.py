"""What editors click together."""

from __future__ import annotations

from wagtail import blocks


class StepsBlock(blocks.StreamBlock):
    """The steps of an assistant."""

    step = blocks.StructBlock([("title", blocks.CharBlock())])
