"""Errors of the API in one shape: problem details (RFC 9457), ``application/problem+json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler


class ProblemSerializer(serializers.Serializer[Any]):
    type = serializers.CharField(help_text="Always about:blank: the status says what kind of problem it is.")
    title = serializers.CharField(help_text="What went wrong, for people, in the language of the request.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    detail = serializers.CharField()


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF exception handler: the usual answer, told as a problem. None for what is not an API error."""
    response = exception_handler(error, context)
    if response is None:
        return None
    detail = response.data.get("detail", "") if isinstance(response.data, Mapping) else ""
    response.data = {
        "type": "about:blank",
        "title": _title(response.status_code),
        "status": response.status_code,
        "detail": str(detail),
    }
    response.content_type = "application/problem+json"
    return response


def _title(status: int) -> str:
    return {
        404: _("There is no such order here."),
        405: _("This address does not understand that method."),
        406: _("This address cannot answer in that format."),
        429: _("Too many requests. Please try again later."),
    }.get(status, _("That did not work"))
