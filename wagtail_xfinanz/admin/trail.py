from __future__ import annotations

from typing import Any

from django.urls import reverse


class BelowIndex:
    """In front of a page of its own below a list: the way back to the list stands in its header."""

    breadcrumbs_items: list[dict[str, Any]]
    index_url_name: str | None
    model: Any

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        above = {"url": reverse(str(self.index_url_name)), "label": self.model._meta.verbose_name_plural}
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}  # type: ignore[attr-defined]
        return [*self.breadcrumbs_items, above, here]
