"""Receipts of an order, by its token as on the payer's page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ..flows import issue_receipt
from ..flows.issue import RECEIPT_KINDS
from ..models import LedgerEntry
from .base import AnyFormat, EPaymentView
from .problems import problems
from .serializers import ReceiptSerializer


class ReceiptsView(EPaymentView):
    """What there are receipts for."""

    @extend_schema(operation_id="order_receipts", responses={200: ReceiptSerializer(many=True), **problems(404)})
    def get(self, request: Request, token: str) -> Response:
        """Every payment and refund of the order, the first one first."""
        order = self.order(token)
        rows = [
            {
                "kind": entry.kind,
                "currency": entry.currency,
                "amount_cents": entry.amount_cents,
                "occurred_at": entry.occurred_at,
                "url": request.build_absolute_uri(
                    reverse("wagtail_epayment_api:receipt", args=[order.token, entry.pk])
                ),
            }
            for entry in order.entries.filter(kind__in=RECEIPT_KINDS).order_by("pk")
        ]
        return Response(ReceiptSerializer(rows, many=True).data)


class ReceiptView(EPaymentView):
    """One receipt."""

    content_negotiation_class = AnyFormat

    @extend_schema(
        operation_id="order_receipt",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, **problems(404)},
    )
    def get(self, request: Request, token: str, entry_id: int) -> HttpResponse:
        """The receipt as tagged PDF, the same bytes every time."""
        entry = get_object_or_404(LedgerEntry, pk=entry_id, order=self.order(token), kind__in=RECEIPT_KINDS)
        issued = issue_receipt(entry)
        headers = {"Content-Disposition": f'attachment; filename="{issued}.pdf"', "X-Content-Type-Options": "nosniff"}
        return HttpResponse(bytes(issued.pdf), content_type="application/pdf", headers=headers)
