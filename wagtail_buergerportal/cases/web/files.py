"""What a citizen sent, to take away again."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from .. import storage
from ..document import case_pdf
from ..models import Case, CaseUpload
from .access import case_for


@never_cache
@require_GET
def document(request: HttpRequest, number: str) -> HttpResponse:
    """Everything as an accessible PDF."""
    case = _case(request, number)
    return attachment(case_pdf(case), filename=f"{case.number}.pdf", content_type="application/pdf")


@never_cache
@require_GET
def upload(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponse:
    found = get_object_or_404(CaseUpload, pk=upload_id, case=_case(request, number))
    return upload_response(found)


def upload_response(upload: CaseUpload) -> HttpResponse:
    """Raises Http404 if the file is gone."""
    try:
        data = storage.load(upload.pk, upload.storage_name)
    except FileNotFoundError as error:
        raise Http404 from error
    return attachment(data, filename=upload.filename, content_type=upload.content_type)


def attachment(data: bytes, *, filename: str, content_type: str) -> HttpResponse:
    """To be saved, never shown in the site's own origin, whatever its content claims to be."""
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def _case(request: HttpRequest, number: str) -> Case:
    case = case_for(request, number)
    if case is None:
        raise Http404
    return case
