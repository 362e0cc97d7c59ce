from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class BelowBatches:
    """In front of a page of its own below the list of batches: the way there stands in its header."""

    breadcrumbs_items: list[dict[str, Any]]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        above = {"url": reverse("xfinanz_batches:index"), "label": _("Batches")}
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}  # type: ignore[attr-defined]
        return [*self.breadcrumbs_items, above, here]
