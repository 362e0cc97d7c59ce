"""Content blocks of service pages, importable one by one; ``content_blocks()`` gives them all."""

from __future__ import annotations

from wagtail.blocks import Block

from .alert import AlertBlock
from .cards import LifeSituationsBlock, TopTasksBlock
from .contact import ContactBlock
from .downloads import DownloadsBlock
from .faq import FaqBlock
from .text import TextBlock

__all__ = [
    "AlertBlock",
    "ContactBlock",
    "DownloadsBlock",
    "FaqBlock",
    "LifeSituationsBlock",
    "TextBlock",
    "TopTasksBlock",
    "content_blocks",
    "home_blocks",
]


def content_blocks() -> list[tuple[str, Block]]:
    """Fresh blocks for the body of a service page or of any page of the site."""
    return [
        ("text", TextBlock()),
        ("faq", FaqBlock()),
        ("alert", AlertBlock()),
        ("contact", ContactBlock()),
        ("downloads", DownloadsBlock()),
    ]


def home_blocks() -> list[tuple[str, Block]]:
    """Fresh blocks for a start page: ways in first, then content."""
    return [("top_tasks", TopTasksBlock()), ("life_situations", LifeSituationsBlock()), *content_blocks()]
