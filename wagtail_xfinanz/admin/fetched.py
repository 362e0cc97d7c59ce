"""Fetched files that could not be taken in: look at one, try it again, or put it aside with a reason."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_sitekit.scoping import VIEW_ACTIONS, sites_for

from .. import flows
from ..errors import BookkeepingError
from ..models import Batch, DeliveryChannel, FetchedAnswer, FetchedState
from .crumbs import BelowBatches


def fetched_of(user: Any) -> Any:
    """The fetched files of the tenants whose batches this user sees."""
    sites = sites_for(user, Batch, VIEW_ACTIONS)
    return FetchedAnswer.objects.filter(channel__tenant__site__in=sites).select_related("channel__tenant__site")


def fetching(user: Any) -> dict[str, Any]:
    """What the list of answers says of those that are fetched."""
    sites = sites_for(user, Batch, VIEW_ACTIONS)
    channels = DeliveryChannel.objects.filter(tenant__site__in=sites, is_active=True).select_related("tenant")
    waiting = fetched_of(user).filter(state=FetchedState.REFUSED).defer("sealed")
    return {"fetching": [row for row in channels if row.options.get("answers_folder")], "refused": waiting[:50]}


class FetchedView(BelowBatches, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    model = Batch
    any_permission_required = list(VIEW_ACTIONS)
    template_name = "wagtail_xfinanz/admin/fetched.html"
    page_title = _("Answer that could not be taken in")
    header_icon = "warning"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.row = get_object_or_404(fetched_of(request.user).defer("sealed"), pk=kwargs["fetched"])

    @property
    def may_act(self) -> bool:
        sites = sites_for(self.request.user, Batch, ("acknowledge",))
        return sites.filter(pk=self.row.channel.tenant.site_id).exists()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_open = self.row.state == FetchedState.REFUSED
        return {**super().get_context_data(**kwargs), "row": self.row, "may_act": is_open and self.may_act}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_act:
            raise PermissionDenied
        try:
            if "again" in request.POST:
                self._told(flows.retry_answer(self.row, by=request.user))
            else:
                flows.dismiss_answer(self.row, by=request.user, reason=request.POST.get("reason", ""))
                messages.success(request, gettext("The file is put aside; it stays kept."))
        except BookkeepingError as error:
            messages.error(request, str(error))
            return redirect(request.path)
        return redirect(reverse("xfinanz_batches:answers"))

    def _told(self, row: FetchedAnswer) -> None:
        if row.state == FetchedState.TAKEN:
            messages.success(self.request, gettext("The answer is taken in."))
        else:
            messages.error(self.request, row.error)


class FetchedFileView(PermissionCheckedMixin, View):
    """The file as it came, to be looked at with the finance system's people."""

    model = Batch
    any_permission_required = list(VIEW_ACTIONS)
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, fetched: int) -> HttpResponse:
        row = get_object_or_404(
            fetched_of(request.user).exclude(state=FetchedState.TAKEN).exclude(sha256=""), pk=fetched
        )
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{row.sha256[:16]}.bin"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        }
        return HttpResponse(row.raw, headers=headers)
