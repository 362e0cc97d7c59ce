"""Handing files out: the first time by POST, which marks the batch; from then on by plain links."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from .. import flows
from ..errors import BookkeepingError
from ..models import Batch, BatchFile, BatchState
from .next_step import may


class ExportView(PermissionCheckedMixin, View):
    """POST only. Marks the batch as exported, once, and sends the file."""

    model = Batch
    permission_required = "export"
    http_method_names = ["post"]
    inspect_url_name: str | None = None

    def post(self, request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
        batch = get_object_or_404(Batch.objects.select_related("tenant__site"), pk=pk)
        if not may(request.user, "export", batch):
            raise Http404
        try:
            return send(flows.export(batch, file_format=name, by=request.user))
        except BookkeepingError as error:
            messages.error(request, str(error))
            return redirect(reverse(str(self.inspect_url_name), args=[pk]))


class FileView(PermissionCheckedMixin, View):
    """The same bytes again, for everybody who may see the batch."""

    model = Batch
    any_permission_required = ["view"]
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
        exported = BatchFile.objects.exclude(batch__state=BatchState.RELEASED)
        kept = get_object_or_404(exported, batch=pk, format=name)
        if request.method == "GET":
            flows.export(kept.batch, file_format=name, by=request.user)
        return send(kept)


def send(kept: BatchFile) -> StreamingHttpResponse:
    headers: dict[str, Any] = {
        "Content-Type": kept.content_type,
        "Content-Length": str(kept.size),
        "Content-Disposition": f'attachment; filename="{kept.filename}"',
        "ETag": f'"{kept.sha256}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(kept.stream(), headers=headers)
