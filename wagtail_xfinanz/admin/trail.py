from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise


class BelowIndex:
    """In front of a page of its own: where one is stands in its header, and the way back to the list it is below.

    ``index_label`` names the list where the plural of the model does not.
    """

    breadcrumbs_items: list[dict[str, Any]]
    index_url_name: str | None
    index_label: str | Promise = ""
    request: HttpRequest
    model: Any

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        label = self.index_label or self.model._meta.verbose_name_plural
        above = {"url": reverse(str(self.index_url_name)), "label": label}
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}  # type: ignore[attr-defined]
        is_list = self.request.path == above["url"]
        return [*self.breadcrumbs_items, *([] if is_list else [above]), here]
