"""Making an order, asking how it stands, withdrawing it."""

from __future__ import annotations

import re
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ..errors import ExternalIdTaken, InFlight, KeyReused, OrderNotPayable
from ..flows import cancel_order
from ..flows.create_for_client import create_for_client
from ..models import PaymentOrder
from ..state import balance_cents, order_state
from .authentication import ClientAuthentication, IsClientOfSite, client_of
from .base import EPaymentView
from .problems import Problem, problems
from .serializers import CreatedSerializer, NewOrderSerializer, OrderSerializer
from .throttles import ClientThrottle

_HEADER = "Idempotency-Key"
#: A structured field string as the draft asks for, or the bare key most libraries send.
_KEY = re.compile(r'"([\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x5b\x5d-\x7e]{1,255})')

_EXAMPLE = OpenApiExample(
    "Bulky waste",
    request_only=True,
    value={
        "purpose": "Sperrgutabfuhr",
        "external_id": "2026-4711",
        "return_url": "https://antrag.musterstadt.example/4711",
        "items": [
            {"label": "Abholung je Stück", "quantity": 3, "unit_cents": 1250, "posting_key": "sperrgut"},
            {"label": "Expresszuschlag", "unit_cents": 2000},
        ],
    },
)


class OrdersView(EPaymentView):
    """Orders of another application."""

    authentication_classes = [ClientAuthentication]
    permission_classes = [IsClientOfSite]
    throttle_classes = [ClientThrottle]

    @extend_schema(
        operation_id="order_create",
        request=NewOrderSerializer,
        responses={201: CreatedSerializer, **problems(400, 401, 403, 409, 422, 429)},
        parameters=[
            OpenApiParameter(
                _HEADER,
                str,
                OpenApiParameter.HEADER,
                required=True,
                description="Unique for what you want, e.g. a UUID. The same key with the same content gets the "
                "first answer, never a second order.",
            )
        ],
        examples=[_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        """Make an order: what somebody owes the commune."""
        key = _key(request.headers.get(_HEADER, ""))
        body = NewOrderSerializer(data=request.data, context={"client": client_of(request)})
        body.is_valid(raise_exception=True)
        try:
            order = create_for_client(client=client_of(request), key=key, wanted=body.wanted)
        except KeyReused as error:
            detail = _("This Idempotency-Key was used for another request. Please use a new one.")
            raise Problem(detail, status=422, code="key_reused") from error
        except InFlight as error:
            detail = _("The first request with this key is still being worked on. Please repeat it in a moment.")
            raise Problem(detail, status=409, code="in_flight", wait=1) from error
        except ExternalIdTaken as error:
            detail = _("You have an order with this external_id already.")
            raise Problem(detail, status=409, code="external_id_taken") from error
        url = _url(request, order)
        return Response(CreatedSerializer(_created(request, order)).data, status=201, headers={"Location": url})


class OrderStatusView(EPaymentView):
    """How an order stands. Whoever knows the token may ask; the answer is never cached."""

    @extend_schema(responses={200: OrderSerializer, **problems(404)}, operation_id="order_status")
    def get(self, request: Request, token: str) -> Response:
        order = self.order(token, "items", "attempts", "entries")
        data = {
            "reference": order.reference,
            "purpose": order.purpose,
            "currency": order.currency,
            "amount_cents": order.amount_cents,
            "balance_cents": balance_cents(order),
            "state": order_state(order),
            "items": order.items.all(),
            "pay_url": _pay_url(request, order),
        }
        return Response(OrderSerializer(data).data)


class CancellationView(EPaymentView):
    """Withdrawing an order nobody has paid; only the application that made it may."""

    authentication_classes = [ClientAuthentication]
    permission_classes = [IsClientOfSite]
    throttle_classes = [ClientThrottle]

    @extend_schema(
        operation_id="order_cancel", request=None, responses={204: None, **problems(401, 403, 404, 409, 429)}
    )
    def post(self, request: Request, token: str) -> Response:
        """Withdraw an unpaid order. Harmless twice."""
        order = self.order(token)
        if order.external_kind != client_of(request).external_kind:
            raise Http404
        try:
            cancel_order(order)
        except OrderNotPayable as error:
            detail = _("Money has come or is on the way, so the order cannot be withdrawn.")
            raise Problem(detail, status=409, code="not_cancellable") from error
        return Response(status=204)


def _key(header: str) -> str:
    found = _KEY.fullmatch(header.strip())
    if found is None:
        detail = _("The header Idempotency-Key is needed, with up to 255 visible characters.")
        raise Problem(detail, status=400, code="key_missing")
    return found[1] or found[2]


def _created(request: Request, order: PaymentOrder) -> dict[str, Any]:
    return {
        "reference": order.reference,
        "token": order.token,
        "external_id": order.external_id,
        "currency": order.currency,
        "amount_cents": order.amount_cents,
        "created_at": order.created_at,
        "url": _url(request, order),
        "pay_url": _pay_url(request, order),
    }


def _url(request: Request, order: PaymentOrder) -> str:
    return request.build_absolute_uri(reverse("wagtail_epayment_api:order", args=[order.token]))


def _pay_url(request: Request, order: PaymentOrder) -> str:
    return request.build_absolute_uri(reverse("wagtail_epayment:pay", args=[order.token]))
