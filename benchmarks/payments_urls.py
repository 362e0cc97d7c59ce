"""The notify endpoint, and the least a view can do to book the same money."""

from __future__ import annotations

import json

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from wagtail_epayment.models import LedgerEntry, PaymentAttempt


@csrf_exempt
def bare(request: HttpRequest) -> HttpResponse:
    """One locked select, one insert, one update."""
    said = json.loads(request.body)
    with transaction.atomic():
        attempt = PaymentAttempt.objects.select_for_update().get(merchant_tx_id=said["tx_id"])
        LedgerEntry.objects.create(
            order_id=attempt.order_id, attempt=attempt, kind="payment", amount_cents=said["amount_cents"],
            currency="EUR", provider_ref=said["payment_ref"], occurred_at=timezone.now(),
        )  # fmt: skip
        attempt.state = "succeeded"
        attempt.save()
    return HttpResponse()


urlpatterns = [path("bare/", bare), path("zahlung/", include("wagtail_epayment.urls"))]
