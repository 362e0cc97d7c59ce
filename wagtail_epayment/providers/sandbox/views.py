"""The sandbox bank's doors: an API for merchants, a page for payers."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .bank import ACTIONS, act, settle_late, statement
from .models import SandboxMerchant, SandboxPayment
from .signing import HEADER, MERCHANT_HEADER, is_genuine, sign

_FIELDS = {"tx_id", "amount_cents", "currency", "purpose", "language", "back_url", "notify_url"}


def _merchant(request: HttpRequest, path: str) -> SandboxMerchant | None:
    merchant = SandboxMerchant.objects.filter(merchant_id=request.headers.get(MERCHANT_HEADER, "")).first()
    signed = f"{request.method} {path}\n".encode() + request.body
    if merchant and is_genuine(signed, merchant.secret, request.headers.get(HEADER, "")):
        return merchant
    return None


def _signed(merchant: SandboxMerchant, data: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(data)
    response[HEADER] = sign(response.content, merchant.secret)
    return response


@csrf_exempt
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    merchant = _merchant(request, "api/payments/")
    if merchant is None:
        return HttpResponse(status=401)
    order = _ordered(request.body)
    if order is None:
        return HttpResponseBadRequest()
    tx_id = order.pop("tx_id")
    payment, __ = SandboxPayment.objects.get_or_create(merchant=merchant, tx_id=tx_id, defaults=order)
    if payment.amount_cents != order["amount_cents"]:
        return HttpResponseBadRequest()
    # The payer's browser meets the bank on the host it came from; only our servers use the internal address.
    host = payment.back_url.split("/", 3)
    url = "/".join(host[:3]) + reverse("sandbox_bank:pay", args=[payment.ref])
    return _signed(merchant, {"ref": payment.ref, "url": url})


def _ordered(body: bytes) -> dict[str, Any] | None:
    """The order as sent, None if a field is missing, foreign or of the wrong kind."""
    try:
        order = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(order, dict) or set(order) != _FIELDS:
        return None
    texts = all(isinstance(order[name], str) for name in _FIELDS - {"amount_cents"})
    amount = order["amount_cents"]
    return order if texts and type(amount) is int and amount > 0 else None


@require_GET
def status(request: HttpRequest, tx_id: str) -> HttpResponse:
    merchant = _merchant(request, f"api/payments/{tx_id}/")
    if merchant is None:
        return HttpResponse(status=401)
    payment = get_object_or_404(SandboxPayment, merchant=merchant, tx_id=tx_id)
    settle_late(payment)
    return _signed(merchant, statement(payment))


@require_GET
def merchant_info(request: HttpRequest) -> HttpResponse:
    merchant = _merchant(request, "api/merchant/")
    return _signed(merchant, {"merchant_id": merchant.merchant_id}) if merchant else HttpResponse(status=401)


@never_cache
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, ref: str) -> HttpResponse:
    payment = get_object_or_404(SandboxPayment.objects.select_related("merchant"), ref=ref)
    action = request.POST.get("action", "")
    if request.method == "POST" and action in ACTIONS:
        act(payment, action)
        return redirect(payment.back_url)
    with translation.override(payment.language):
        return render(request, "wagtail_epayment_sandbox/pay.html", {"payment": payment})
