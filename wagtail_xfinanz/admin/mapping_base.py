from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.permissions import policy_registry

from .. import flows
from ..errors import BookkeepingError
from ..mapping import Entry
from ..models import MappingState, MappingVersion
from ..schemas.tree import Tree


def may(user: Any, action: str, row: MappingVersion) -> bool:
    return policy_registry.get_by_type(MappingVersion).user_has_permission_for_instance(user, action, row)


class OfMappingView(PermissionCheckedMixin, WagtailAdminTemplateMixin):
    """Base of all pages of one mapping."""

    model = MappingVersion
    any_permission_required = ["view", "change"]
    index_url_name: str | None = None
    map_url_name: str | None = None
    request: HttpRequest
    kwargs: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A page of a package that cannot be read any more tells so on the list."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except BookkeepingError as error:
            messages.error(request, str(error))
            return redirect(reverse(str(self.index_url_name)))

    @cached_property
    def row(self) -> MappingVersion:
        rows = MappingVersion.objects.select_related("tenant__site", "package", "submitted_by", "released_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def tree(self) -> Tree:
        return flows.load_schema(self.row.package).tree

    @property
    def is_editable(self) -> bool:
        return self.row.state == MappingState.DRAFT and may(self.request.user, "change", self.row)

    def get_page_subtitle(self) -> str:
        return str(self.row)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where one is, with the way back to the list and to the mapping."""
        above = {"url": reverse(str(self.index_url_name)), "label": MappingVersion._meta.verbose_name_plural}
        row = {"url": self.address(), "label": str(self.row)}
        here = {"url": "", "label": self.get_page_title(), "sublabel": str(self.row)}
        trail = [above, here] if self.request.path == row["url"] else [above, row, here]
        return [*self.breadcrumbs_items, *trail]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"row": self.row, "is_editable": self.is_editable}
        return {**super().get_context_data(**kwargs), **context}

    def address(self, at: str = "", *, place: str = "") -> str:
        """The editor, showing the message from ``at`` on, with the row of ``place`` in sight."""
        found = reverse(str(self.map_url_name), args=[self.row.pk])
        query = f"?{urlencode({'at': at})}" if at else ""
        return found + query + (f"#{quote(place, safe='')}" if place else "")

    def save(self, entries: Iterable[Entry]) -> MappingVersion:
        """Put the entries into the draft. Raises PermissionDenied, or BookkeepingError if it cannot take them."""
        if not may(self.request.user, "change", self.row):
            raise PermissionDenied
        return flows.change_mapping(self.row, entries=entries, by=self.request.user)
