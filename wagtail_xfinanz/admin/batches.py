"""Batches: the list, the page of one batch, and the addresses of everything that can be done with them."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.widgets.button import HeaderButton

from wagtail_sitekit.money import format_money
from wagtail_sitekit.scoping import SiteScopedViewSet

from ..formats.registry import formats
from ..models import Batch, BatchState
from ..posting import PostingKind
from . import actions, answers, corrections, coverage, deviations, downloads, fetched, handover, problems, rejected
from .next_step import may, next_step, who_can

_KEPT = {"index", "index_results", "inspect", "history", "history_results"}
_PER_PAGE = 100


class TotalColumn(Column):
    def get_value(self, instance: Any) -> str:
        return format_money(instance.total_cents)


class NextColumn(Column):
    def get_value(self, instance: Any) -> str:
        return next_step(instance)


class BatchIndexView(IndexView):
    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("tenant", "certified_by").prefetch_related("deliveries")

    @property
    def header_buttons(self) -> list[Any]:
        if not self.user_has_permission("collect"):
            return []
        return [HeaderButton(_("Collect payments"), url="collect/", icon_name="plus")]


class BatchHistoryView(HistoryView):
    any_permission_required = ("view",)


class BatchInspectView(InspectView):
    """All that a certifier, a releaser or an auditor needs to judge a batch."""

    template_name = "wagtail_xfinanz/admin/batch.html"
    page_title = _("Batch")

    def get_object(self, queryset: Any = None) -> Batch:
        people = ("created_by", "certified_by", "released_by", "exported_by")
        return get_object_or_404(Batch.objects.select_related("tenant__site", *people), pk=self.pk)

    def get_fields_context(self) -> list[Any]:
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch: Batch = self.object
        pages = Paginator(batch.postings.order_by("sequence"), _PER_PAGE)
        return {
            **super().get_context_data(**kwargs),
            "batch": batch,
            "next_step": next_step(batch),
            "who_can": who_can(batch),
            "actions": actions.possible(self.request.user, batch),
            "page": pages.get_page(self.request.GET.get("p")),
            "sums": [(PostingKind(kind).label, cents) for kind, cents in batch.sums.items()],
            "files": self._files(batch),
            "may_export": may(self.request.user, "export", batch),
            "is_exported": batch.is_final and batch.state != BatchState.RELEASED,
            **handover.summary(self.request.user, batch),
        }

    def _files(self, batch: Batch) -> list[dict[str, Any]]:
        files = sorted(batch.files.all(), key=lambda kept: kept.format != batch.tenant.default_format)
        return [{"file": kept, "label": formats.get(kept.format).label} for kept in files]


class BatchViewSet(SiteScopedViewSet):
    """Reading and stepping on; there is no form to add, edit or delete a batch with."""

    model = Batch
    icon = "folder-inverse"
    menu_label = _("Batches")
    add_to_reference_index = False
    inspect_view_enabled = True
    copy_view_enabled = False
    form_fields: list[str] = []
    index_view_class = BatchIndexView
    inspect_view_class = BatchInspectView
    history_view_class = BatchHistoryView
    list_display = [
        "__str__",
        "tenant",
        "state",
        "count",
        TotalColumn("total", label=_("Total"), classname="w-text-end"),
        "created_at",
        NextColumn("next", label=_("Next step")),
    ]
    list_filter = ["state", "budget_year"]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        gone = ("add", "edit", "delete", "usage")
        return super().get_common_view_kwargs(**{f"{name}_url_name": None for name in gone}, **kwargs)

    def get_urlpatterns(self) -> list[Any]:
        kept = [pattern for pattern in super().get_urlpatterns() if pattern.name in _KEPT]
        steps = [
            path(f"<int:pk>/{name}/", self.construct_view(view), name=name)
            for name, view in {**actions.VIEWS, **handover.VIEWS, **rejected.VIEWS}.items()
        ]
        return [
            *kept,
            *steps,
            path("collect/", self.construct_view(actions.CollectView), name="collect"),
            path("coverage/", self.construct_view(coverage.CoverageView), name="coverage"),
            path("problems/", self.construct_view(problems.ProblemsView), name="problems"),
            path("<int:pk>/deviations/", self.construct_view(deviations.DeviationsView), name="deviations"),
            path("correct/<uuid:order>/", self.construct_view(corrections.CorrectView), name="correct"),
            path("<int:pk>/trail/", self.construct_view(handover.TrailView), name="trail"),
            path("handovers/", self.construct_view(handover.HandoversView), name="handovers"),
            path("answers/", self.construct_view(answers.AnswersView), name="answers"),
            path("answers/upload/", self.construct_view(answers.UploadView), name="upload_answer"),
            path("<int:pk>/answers/<slug:name>/", self.construct_view(answers.AnswerFileView), name="answer_file"),
            path("answers/fetched/<int:fetched>/", self.construct_view(fetched.FetchedView), name="fetched"),
            path(
                "answers/fetched/<int:fetched>/file/",
                self.construct_view(fetched.FetchedFileView),
                name="fetched_file",
            ),
            path("<int:pk>/decide/", self.construct_view(answers.DecideView), name="decide"),
            path("rejected/", self.construct_view(rejected.RejectedView), name="rejected"),
            path("rejected/<int:posting>/", self.construct_view(rejected.RejectedPostingView), name="rejected_posting"),
            path("<int:pk>/export/<slug:name>/", self.construct_view(downloads.ExportView), name="export"),
            path("<int:pk>/files/<slug:name>/", self.construct_view(downloads.FileView), name="file"),
        ]
