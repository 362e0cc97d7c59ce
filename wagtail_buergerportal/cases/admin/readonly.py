"""Records that flows write and people only read."""

from __future__ import annotations

from typing import Any

from wagtail_sitekit.scoping import SiteScopedViewSet

_READING = {"index", "index_results", "inspect"}


class ReadOnlyViewSet(SiteScopedViewSet):
    """There is no address to add, edit, copy or delete a row at."""

    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields: list[str] = []
    search_backend_name = None

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        gone = dict.fromkeys(("add", "edit", "delete", "history", "usage"))
        return super().get_common_view_kwargs(**{f"{name}_url_name": None for name in gone}, **kwargs)

    def get_urlpatterns(self) -> list[Any]:
        return [pattern for pattern in super().get_urlpatterns() if pattern.name in _READING]

    def register_admin_url_finder(self) -> None:
        """There is no edit view to find."""
