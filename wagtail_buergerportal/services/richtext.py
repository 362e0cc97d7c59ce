"""Rich text for front ends: marked while it is collected, expanded once for the whole answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from wagtail.blocks import RichTextBlock
from wagtail.rich_text import RichText, expand_db_html

from .pagelinks import link_pages

#: What editors may use in the texts of a service; headings begin below the page's own.
FEATURES = ["h3", "bold", "italic", "ol", "ul", "link", "document-link"]
_BREAK = "<!-- next text -->"


class RichSource(str):
    """Rich text as it is stored: links are still ids. ``expand_all`` turns it into HTML."""

    __slots__ = ()


class ProseBlock(RichTextBlock):
    """Rich text with the features of service texts, answered to the API as expandable source."""

    def __init__(self, required: bool = True, features: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(required=required, features=features or FEATURES, **kwargs)

    def get_api_representation(self, value: RichText | None, context: Any = None) -> RichSource:
        return RichSource(value.source if value else "")


def expand_all(data: Any, request: HttpRequest | None = None) -> Any:
    """``data`` with every RichSource in its lists and dicts as HTML.

    All texts are expanded together, so links cost two queries a kind at most and not two a link.
    """
    texts = list(dict.fromkeys(text for text in _found(data) if text))
    if not texts:
        return _replaced(data, {})
    expanded = expand_db_html(link_pages(_BREAK.join(texts), request)).split(_BREAK)
    return _replaced(data, dict(zip(texts, expanded, strict=True)))


def _found(data: Any) -> Iterator[str]:
    if isinstance(data, RichSource):
        yield data.replace(_BREAK, "")
    elif isinstance(data, dict):
        for value in data.values():
            yield from _found(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _found(value)


def _replaced(data: Any, html: dict[str, str]) -> Any:
    if isinstance(data, RichSource):
        return html.get(data.replace(_BREAK, ""), "")
    if isinstance(data, dict):
        return {key: _replaced(value, html) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_replaced(value, html) for value in data]
    return data
