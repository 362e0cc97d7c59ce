"""Order status for a front end that is not ours. The order's token is the key; nothing personal is answered."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from wagtail.models import Site

from ..models import PaymentOrder
from ..state import OrderState, balance_cents, order_state
from .problems import ProblemSerializer, problem_response


class OrderItemSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # the item's, not the field's
    quantity = serializers.IntegerField()
    unit_cents = serializers.IntegerField(help_text="Cents, tax included.")
    total_cents = serializers.IntegerField()


class OrderSerializer(serializers.Serializer[Any]):
    reference = serializers.CharField(help_text="The Kassenzeichen.")
    purpose = serializers.CharField()
    currency = serializers.CharField()
    amount_cents = serializers.IntegerField()
    balance_cents = serializers.IntegerField(help_text="What has been received and kept, in cents.")
    state = serializers.ChoiceField(choices=OrderState.choices)
    items = OrderItemSerializer(many=True)
    pay_url = serializers.CharField(help_text="The page where people pay and see how it stands.")


class OrderStatusView(APIView):
    """How an order stands. Whoever knows the token may ask; the answer is never cached."""

    permission_classes = [AllowAny]
    authentication_classes: list[type] = []

    def get_exception_handler(self) -> Any:
        return problem_response

    @extend_schema(responses={200: OrderSerializer, 404: ProblemSerializer}, operation_id="order_status")
    def get(self, request: Request, token: str) -> Response:
        order = get_object_or_404(PaymentOrder.objects.prefetch_related("items", "attempts"), token=token)
        site = Site.find_for_request(request._request)
        if site is None or site.pk != order.site_id:
            raise Http404
        data = {
            "reference": order.reference,
            "purpose": order.purpose,
            "currency": order.currency,
            "amount_cents": order.amount_cents,
            "balance_cents": balance_cents(order),
            "state": order_state(order),
            "items": order.items.all(),
            "pay_url": request.build_absolute_uri(reverse("wagtail_epayment:pay", args=[order.token])),
        }
        return Response(OrderSerializer(data).data, headers={"Cache-Control": "no-store"})
