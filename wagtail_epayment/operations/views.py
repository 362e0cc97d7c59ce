"""Where a monitoring system and the staff look: all communes in sum, or each of one's own."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.crypto import constant_time_compare
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from wagtail.models import Site

from wagtail_sitekit.scoping import VIEW_ACTIONS, sites_for

from .. import conf
from ..api.base import AnyFormat, EPaymentView
from ..api.problems import problems
from ..models import PaymentOrder
from . import figures, reports

_MONITORING = "monitoring"


class MonitoringToken(BaseAuthentication):
    """``Authorization: Bearer`` with METRICS_TOKEN of the settings."""

    def authenticate(self, request: Request) -> tuple[None, str] | None:
        scheme, __, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        expected = conf.get().METRICS_TOKEN
        if not expected or not constant_time_compare(token.strip(), expected):
            raise AuthenticationFailed
        return None, _MONITORING

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="monitoring"'


class MayWatch(BasePermission):
    """The monitoring system, or staff who may see payments of some commune."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.auth == _MONITORING or _own_sites(request).exists()


class MonitoringScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "wagtail_epayment.operations.views.MonitoringToken"
    name = "monitoringToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "METRICS_TOKEN of the settings."}


class HealthSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok", "attention"])
    checked_at = serializers.DateTimeField()
    attention = serializers.ListField(child=serializers.CharField(), help_text="Figures somebody should look at.")
    figures = serializers.DictField(help_text="By name; those with labels are objects.")
    sites = serializers.DictField(help_text="For staff: status and figures of each of their communes by host name.")


class WatchView(EPaymentView):
    authentication_classes = [MonitoringToken, SessionAuthentication]
    permission_classes = [MayWatch]

    def taken(self, request: Request) -> tuple[list[figures.Taken], list[Site]]:
        """The figures, and the sites that may be told apart: none for a monitoring system."""
        if request.auth == _MONITORING:
            return figures.take(Site.objects.all()), []
        sites = _own_sites(request)
        return figures.take(sites), list(sites.order_by("hostname"))


class HealthView(WatchView):
    """How payments are doing."""

    @extend_schema(operation_id="health", responses={200: HealthSerializer, **problems(401, 403)})
    def get(self, request: Request) -> Response:
        """Numbers somebody who watches payments wants to know, and whether one asks for attention."""
        return Response(reports.health(*self.taken(request)))


class MetricsView(WatchView):
    """The same numbers for Prometheus."""

    content_negotiation_class = AnyFormat

    @extend_schema(operation_id="metrics", responses={(200, "text/plain"): OpenApiTypes.STR, **problems(401, 403)})
    def get(self, request: Request) -> HttpResponse:
        """In the text format of Prometheus or OpenMetrics."""
        taken, sites = self.taken(request)
        text, content_type = reports.metrics(taken, sites, accept=request.headers.get("Accept", ""))
        return HttpResponse(text, content_type=content_type)


def _own_sites(request: Request) -> Any:
    return sites_for(request.user, PaymentOrder, VIEW_ACTIONS)
