"""Paying an order from a front end that is not ours: which ways there are, and the address to send the payer to."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ..errors import AlreadyStarting, ContractNotUsable, OrderNotPayable, ProviderRefused, ProviderUnavailable
from ..flows import start_payment
from ..models import PaymentOrder
from ..state import OrderState, order_state
from ..ways import Way, ways_of_paying
from ..web.urls_of import return_urls
from .base import EPaymentView
from .problems import Problem, problems
from .serializers import StartedSerializer, StartSerializer, WaySerializer
from .throttles import StartThrottle

_PAYABLE = {OrderState.OPEN, OrderState.PENDING, OrderState.CHARGED_BACK}


class WaysView(EPaymentView):
    """The ways of paying."""

    @extend_schema(
        operation_id="order_ways",
        responses={200: WaySerializer(many=True), **problems(404)},
        examples=[
            OpenApiExample("Card", response_only=True, value={"code": "3.card", "label": "Kreditkarte"}),
        ],
    )
    def get(self, request: Request, token: str) -> Response:
        """How this order can be paid, in the order to show it. Empty if there is nothing to pay."""
        order = self.order(token, "attempts", "entries")
        ways = ways_of_paying(order) if order_state(order) in _PAYABLE else []
        return Response([{"code": way.code, "label": str(way.label)} for way in ways])


class PaymentsView(EPaymentView):
    """Beginning a payment."""

    throttle_classes = [StartThrottle]

    @extend_schema(
        operation_id="payment_start",
        request=StartSerializer,
        responses={201: StartedSerializer, **problems(400, 404, 409, 429, 503)},
        examples=[OpenApiExample("Card", request_only=True, value={"way": "3.card"})],
    )
    def post(self, request: Request, token: str) -> Response:
        """Begin a payment and get the provider's page. Asked twice, it is the same payment."""
        order = self.order(token)
        body = StartSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        way = _chosen(order, body.validated_data["way"])
        return Response(StartedSerializer({"redirect_url": _start(request, order, way)}).data, status=201)


def _chosen(order: PaymentOrder, code: str) -> Way:
    if order_state(order) not in _PAYABLE:
        raise _nothing_to_pay()
    way = next((way for way in ways_of_paying(order) if way.code == code), None)
    if way is None:
        raise Problem(_("This way of paying is not offered here."), status=409, code="way_not_offered")
    return way


def _start(request: Request, order: PaymentOrder, way: Way) -> str:
    try:
        urls = return_urls(request._request)
        return start_payment(order=order, contract=way.contract, method=way.method, urls=urls)
    except OrderNotPayable as error:
        raise _nothing_to_pay() from error
    except AlreadyStarting as error:
        detail = _("This payment is being prepared. Please repeat the request in a few seconds.")
        raise Problem(detail, status=409, code="in_flight", wait=3) from error
    except ContractNotUsable as error:
        detail = _("This way of paying is not offered here.")
        raise Problem(detail, status=409, code="way_not_offered") from error
    except ProviderUnavailable as error:
        detail = _("The payment service does not answer at the moment. Please try again in a few minutes.")
        raise Problem(detail, status=503, code="provider_unavailable", wait=60) from error
    except ProviderRefused as error:
        detail = _("The payment service does not take this payment. Please choose another way of paying.")
        raise Problem(detail, status=503, code="provider_refused") from error


def _nothing_to_pay() -> Problem:
    return Problem(_("There is nothing to pay here any more."), status=409, code="nothing_to_pay")
