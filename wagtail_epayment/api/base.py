"""What every view of the API has in common: commune, language, problem answers, nothing cached."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView
from wagtail.models import Site

from ..models import PaymentOrder
from .problems import problem_response


class PlainJSONParser(JSONParser):
    """JSON, and nothing nested deeper than Python can follow."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError from error


class AnyFormat(BaseContentNegotiation):
    """For views with a format of their own: what the request accepts does not matter to their problem answers."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class EPaymentView(APIView):
    """Opened by the order's token; subclasses for applications ask for their key."""

    permission_classes: Any = [AllowAny]
    authentication_classes: Any = []
    parser_classes: Any = [PlainJSONParser]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """In the language the request asks for: addresses without a language prefix have only the header for that."""
        with translation.override(translation.get_language_from_request(request)):
            response = super().dispatch(request, *args, **kwargs)
            response.headers["Content-Language"] = translation.get_language()
        response.headers["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Accept-Language"])
        return response

    def get_exception_handler(self) -> Any:
        return problem_response

    @cached_property
    def site(self) -> Site:
        site = Site.find_for_request(self.request._request)
        if site is None:
            raise Http404
        return site

    def order(self, token: str, *fetched: str) -> PaymentOrder:
        """The order of this commune with that token. Raises Http404 for any other."""
        rows = PaymentOrder.objects.select_related("site").prefetch_related(*fetched)
        return get_object_or_404(rows, token=token, site=self.site)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Rendered at once, as long as the language of the request is the active one."""
        finished: Response = super().finalize_response(request, response, *args, **kwargs)
        return finished.render() if isinstance(finished, Response) else finished
