"""Limits that do not depend on the site's own DRF settings."""

from __future__ import annotations

from typing import Any

from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from .. import conf


class _RateThrottle(SimpleRateThrottle):
    setting: str

    def get_rate(self) -> str:
        return str(getattr(conf.get(), self.setting))


class ClientThrottle(_RateThrottle):
    """Calls of one application."""

    scope = "epayment_client"
    setting = "API_RATE"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        return f"{self.scope}:{request.auth.pk}" if request.auth else None


class StartThrottle(_RateThrottle):
    """Payments begun of one order, whoever begins them."""

    scope = "epayment_start"
    setting = "START_RATE"

    def get_cache_key(self, request: Request, view: Any) -> str:
        # Hashed, because the token is the key to the order.
        return f"{self.scope}:{salted_hmac(self.scope, view.kwargs['token'], algorithm='sha256').hexdigest()}"
