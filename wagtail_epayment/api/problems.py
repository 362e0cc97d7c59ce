"""Errors of the API in one shape: problem details (RFC 9457), ``application/problem+json``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler


class FieldProblemSerializer(serializers.Serializer[Any]):
    pointer = serializers.CharField(help_text='Where in the request, as a JSON pointer: "/items/0/label".')
    code = serializers.CharField(help_text="What kind of mistake, for programs.")
    detail = serializers.CharField(help_text="What to change, for people.")


class ProblemSerializer(serializers.Serializer[Any]):
    type = serializers.CharField(help_text="Always about:blank: status and code say what kind of problem it is.")
    title = serializers.CharField(help_text="What went wrong, for people, in the language of the request.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    detail = serializers.CharField()
    code = serializers.CharField(help_text="What kind of problem it is, for programs.")
    errors = FieldProblemSerializer(many=True, required=False, help_text="What to correct.")  # type: ignore[assignment]


class Problem(APIException):
    """A problem with a status and a code of its own; ``wait`` says after how many seconds to repeat."""

    def __init__(self, detail: str, *, status: int, code: str, wait: int | None = None) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.wait = wait  # DRF makes a Retry-After of it


def problems(*statuses: int) -> dict[Any, OpenApiResponse]:
    """The problem answers of an operation, for its OpenAPI description."""
    return {
        (status, "application/problem+json"): OpenApiResponse(ProblemSerializer, description=_WHEN[status])
        for status in statuses
    }


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF exception handler: the usual answer, told as a problem. None for what is not an API error."""
    response = exception_handler(error, context)
    if response is None:
        return None
    detail = response.data.get("detail", "") if isinstance(response.data, Mapping) else ""
    answer = {
        "type": "about:blank",
        "title": _title(response.status_code),
        "status": response.status_code,
        "detail": str(detail),
        "code": str(getattr(detail, "code", None) or "invalid"),
    }
    if isinstance(error, ValidationError):
        answer |= {"detail": _("Some fields need to be corrected."), "errors": list(_fields(error.detail, ""))}
    response.data = answer
    response.content_type = "application/problem+json"
    return response


def _fields(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    """One line a mistake, however deep; lists of mistakes and lists of rows are told apart by what is in them."""
    if isinstance(detail, ErrorDetail):
        yield {"pointer": pointer, "code": str(detail.code), "detail": str(detail)}
    elif isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _fields(inner, pointer if name == "non_field_errors" else f"{pointer}/{name}")
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from _fields(inner, pointer if isinstance(inner, ErrorDetail) else f"{pointer}/{index}")


def _title(status: int) -> str:
    return {
        400: _("The request is not complete or not correct."),
        401: _("Please show who you are."),
        403: _("That is not allowed."),
        404: _("There is no such order here."),
        405: _("This address does not understand that method."),
        406: _("This address cannot answer in that format."),
        409: _("That does not fit how things stand."),
        415: _("This address does not understand that format."),
        422: _("That contradicts an earlier request."),
        429: _("Too many requests. Please try again later."),
        503: _("The payment service cannot be reached at the moment."),
    }.get(status, _("That did not work"))


_WHEN = {
    400: "The request is not complete or not correct.",
    401: "No key, or one that is not valid.",
    403: "The key belongs to another commune.",
    404: "There is no such order at this commune.",
    409: "That does not fit how things stand; the code says why.",
    422: "The Idempotency-Key belongs to an earlier request with other content.",
    429: "Too many requests; Retry-After says how long to wait.",
    503: "The payment service did not answer, or does not take this payment at the moment.",
}
