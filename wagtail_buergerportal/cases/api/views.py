"""How a case stands, for a front end that is not ours; opened by number and secret."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from wagtail_buergerportal import throttle

from .. import payments
from ..models import CaseState
from ..web.access import by_secret

_HEADER = "X-Case-Secret"


class CaseEventSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    text = serializers.CharField()
    created_at = serializers.DateTimeField()


class CaseSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=CaseState.choices)
    fee_cents = serializers.IntegerField(help_text="Cents.")
    payment = serializers.ChoiceField(choices=payments.Standing.choices)
    is_payment_open = serializers.BooleanField(help_text="Whether money is still to come.")
    payment_due_on = serializers.DateField(allow_null=True)
    pay_url = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    events = CaseEventSerializer(many=True)


class CaseStatusView(APIView):
    """How a case stands."""

    permission_classes = [AllowAny]
    authentication_classes: list[type] = []

    @extend_schema(
        operation_id="case_status",
        responses=CaseSerializer,
        parameters=[OpenApiParameter(_HEADER, str, OpenApiParameter.HEADER, required=True)],
    )
    def get(self, request: Request, number: str) -> Response:
        number = number.upper()
        if throttle.is_throttled(request._request, scope="case", subject=number):
            raise Throttled
        case = by_secret(request._request, number, request.headers.get(_HEADER, ""))
        if case is None:
            raise NotFound
        payment = payments.payment_of(case)
        data = {
            "number": case.number,
            "title": case.title,
            "state": case.state,
            "fee_cents": case.fee_cents,
            "payment": payment.standing,
            "is_payment_open": payment.is_owed,
            "payment_due_on": case.payment_due_on,
            "pay_url": request.build_absolute_uri(payment.url) if payment.url else None,
            "created_at": case.created_at,
            "events": case.events.filter(is_public=True),
        }
        return Response(CaseSerializer(data).data, headers={"Cache-Control": "no-store"})
