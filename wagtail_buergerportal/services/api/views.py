"""Services of the commune whose host was asked, with their whole content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from wagtail.models import Page, Site

from ..listing import clean_query, published, search, service_models
from .represent import represent
from .serializers import ServiceListSerializer, ServiceSerializer

PAGE_SIZE, MAX_PAGE_SIZE = 20, 100


class ServiceListView(APIView):
    permission_classes = [AllowAny]
    authentication_classes: list[type] = []

    @extend_schema(
        operation_id="services_list",
        summary="The services of this commune",
        parameters=[
            OpenApiParameter("language", OpenApiTypes.STR, description="Code of a language of the site."),
            OpenApiParameter("q", OpenApiTypes.STR, description="Full-text search."),
            OpenApiParameter(
                "limit", OpenApiTypes.INT, description=f"At most {MAX_PAGE_SIZE}; {PAGE_SIZE} if not given."
            ),
            OpenApiParameter("offset", OpenApiTypes.INT),
        ],
        responses=ServiceListSerializer,
    )
    def get(self, request: Request) -> Response:
        limit, offset = _number(request, "limit", PAGE_SIZE), _number(request, "offset", 0)
        rows = _found(request)
        shown = rows[offset : offset + min(limit, MAX_PAGE_SIZE)]
        return Response({"count": len(rows), "results": represent(_loaded(shown), request._request)})


class ServiceDetailView(APIView):
    permission_classes = [AllowAny]
    authentication_classes: list[type] = []

    @extend_schema(operation_id="services_retrieve", summary="One service", responses=ServiceSerializer)
    def get(self, request: Request, pk: int) -> Response:
        for root in _roots(request._request):
            for model in service_models():
                if page := published(model, root).filter(pk=pk).first():
                    return Response(represent([page], request._request)[0])
        raise Http404


def _found(request: Request) -> list[tuple[Any, int]]:
    """(model, id) of what matches, in the order to show it: by relevance when searched, else by title."""
    query = clean_query(request.query_params.get("q", ""))
    found: list[tuple[Any, int]] = []
    for root in _roots(request._request, request.query_params.get("language", "")):
        for model in service_models():
            pages = (
                search(model, root, query) if query else published(model, root).order_by("title").only("pk", "title")
            )
            found += [(model, page.pk) for page in pages]
    return found


def _loaded(shown: list[tuple[Any, int]]) -> list[Any]:
    by_pk: dict[int, Any] = {}
    for model in {model for model, _pk in shown}:
        ids = [pk for kind, pk in shown if kind is model]
        by_pk |= model._default_manager.in_bulk(ids)
    return [by_pk[pk] for _model, pk in shown]


def _roots(request: HttpRequest, language: str = "") -> list[Page]:
    """The start pages of the commune whose host was asked; only that of ``language`` if one is named."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    roots = site.root_page.get_translations(inclusive=True)
    if language:
        return list(roots.filter(locale__language_code=language))
    return sorted(roots.select_related("locale"), key=lambda root: root.locale.language_code != settings.LANGUAGE_CODE)


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValidationError({name: ["A whole number, 0 or more."]})
    return int(text)
