"""Who another application is: the bearer key it was given, on the host of the commune it belongs to."""

from __future__ import annotations

from typing import Any, cast

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from ..flows.connect import client_of_key
from ..models import ApiClient


class ClientAuthentication(BaseAuthentication):
    """``Authorization: Bearer epay_…``. The application stands in ``request.auth``; there is no user."""

    def authenticate(self, request: Request) -> tuple[None, ApiClient] | None:
        scheme, __, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        client = client_of_key(key.strip())
        if client is None:
            raise AuthenticationFailed(_("The key is not valid."))
        return None, client

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="epayment"'


def client_of(request: Request) -> ApiClient:
    """The application that asks; only behind IsClientOfSite."""
    return cast(ApiClient, request.auth)


class IsClientOfSite(BasePermission):
    """Only an application, and only at its own commune."""

    @property
    def message(self) -> str:
        return _("The key belongs to another commune.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        client = request.auth
        return isinstance(client, ApiClient) and client.site_id == view.site.pk  # type: ignore[attr-defined]


class ClientScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI description tells of the key."""

    target_class = "wagtail_epayment.api.authentication.ClientAuthentication"
    name = "applicationKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The key an application was given by the commune, e.g. `epay_0123456789ab_…`.",
        }
