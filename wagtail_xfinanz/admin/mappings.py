"""Mappings: the list, and the addresses of everything that can be done with them."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.widgets.button import HeaderButton

from wagtail_sitekit.scoping import SiteScopedViewSet

from ..models import MappingVersion
from ..schemas.names import local
from .mapping_steps import STEPS
from .mapping_views import DryRunView, EntryView, ExportMappingView, MapView, NewMappingView


def _message(row: MappingVersion) -> str:
    return local(row.definition["message"])


_KEPT = {"index", "index_results", "history", "history_results"}


class MappingIndexView(IndexView):
    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("tenant", "package")

    @property
    def header_buttons(self) -> list[Any]:
        if not self.user_has_permission("add"):
            return []
        return [HeaderButton(_("New mapping"), url="new/", icon_name="plus")]


class MappingHistoryView(HistoryView):
    any_permission_required = ("view",)


class MappingViewSet(SiteScopedViewSet):
    model = MappingVersion
    icon = "link"
    menu_label = _("Mappings")
    add_to_reference_index = False
    copy_view_enabled = False
    form_fields: list[str] = []
    index_view_class = MappingIndexView
    history_view_class = MappingHistoryView
    list_display = [
        TitleColumn("__str__", label=_("Name"), url_name="xfinanz_mappings:map"),
        "tenant",
        Column("message", label=_("Message"), accessor=_message),
        Column("package", label=_("Schema package"), accessor="package.name"),
        "state",
        "changed_at",
    ]
    list_filter = ["state"]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        gone = ("add", "edit", "delete", "usage", "inspect")
        return super().get_common_view_kwargs(**{f"{name}_url_name": None for name in gone}, **kwargs)

    def construct_view(self, view_class: Any, **kwargs: Any) -> Any:
        if hasattr(view_class, "map_url_name"):
            kwargs["map_url_name"] = self.get_url_name("map")
        return super().construct_view(view_class, **kwargs)

    def get_urlpatterns(self) -> list[Any]:
        kept = [pattern for pattern in super().get_urlpatterns() if pattern.name in _KEPT]
        pages = {"map": MapView, "place": EntryView, "dry-run": DryRunView, "file": ExportMappingView, **STEPS}
        own = [path(f"<int:pk>/{name}/", self.construct_view(view), name=name) for name, view in pages.items()]
        return [*kept, *own, path("new/", self.construct_view(NewMappingView), name="new")]
