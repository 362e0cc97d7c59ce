"""The sandbox bank's door for merchants: signed requests, signed answers, and whatever fault was planned."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from .bank import settle_late
from .books import BankRefusesError
from .faults import Fault, Operation, cut, take
from .models import SandboxMerchant, SandboxPayment, SandboxPayout, SandboxRefund
from .notices import refund_statement, statement
from .payouts import report
from .refunds import give_back, settle_refund
from .signing import HEADER, MERCHANT_HEADER, is_genuine, sign

_ORDER = {
    "tx_id": str, "amount_cents": int, "currency": str, "purpose": str, "language": str, "back_url": str,
    "notify_url": str,
}  # fmt: skip
_WISH = {"key": str, "tx_id": str, "payment_ref": str, "amount_cents": int}
_ERRORS = {Fault.ERROR_BEFORE, Fault.ERROR_AFTER}
_BEFORE = {Fault.DROP_BEFORE, Fault.ERROR_BEFORE}

View = Callable[..., dict[str, Any]]


def _for_merchants(method: str, operation: str = "") -> Callable[[View], Callable[..., HttpResponseBase]]:
    """A view that says something to a merchant who signed the request, or refuses by BankRefusesError or Http404."""

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @functools.wraps(view)
        def served(request: HttpRequest, **named: Any) -> HttpResponseBase:
            if request.method != method:
                return HttpResponseNotAllowed([method])
            merchant = _merchant(request)
            if merchant is None:
                return HttpResponse(status=401)
            fault = take(merchant, operation)
            if fault in _BEFORE:
                return _broken(fault)
            try:
                said = view(request, merchant, **named)
            except BankRefusesError:
                return HttpResponse(status=400)
            except Http404:
                return HttpResponse(status=404)
            return _broken(fault) if fault else _signed(merchant, said)

        return served

    return decorate


def _broken(fault: str) -> HttpResponseBase:
    return HttpResponse(status=500) if fault in _ERRORS else cut()


def _merchant(request: HttpRequest) -> SandboxMerchant | None:
    prefix = reverse("sandbox_bank:merchant").removesuffix("api/merchant/")
    signed = f"{request.method} {request.path.removeprefix(prefix)}\n".encode() + request.body
    merchant = SandboxMerchant.objects.filter(merchant_id=request.headers.get(MERCHANT_HEADER, "")).first()
    if merchant and is_genuine(signed, merchant.secret, request.headers.get(HEADER, "")):
        return merchant
    return None


def _signed(merchant: SandboxMerchant, data: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(data)
    response[HEADER] = sign(response.content, merchant.secret)
    return response


def _read(request: HttpRequest, fields: dict[str, type]) -> dict[str, Any]:
    """What was sent. Raises BankRefusesError if a field is missing, foreign or of the wrong kind."""
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BankRefusesError("no JSON") from error
    is_right = isinstance(said, dict) and set(said) == set(fields)
    if not is_right or any(type(said[name]) is not kind for name, kind in fields.items()) or said["amount_cents"] <= 0:
        raise BankRefusesError("wrong fields")
    return said


@_for_merchants("POST", Operation.CREATE)
def create(request: HttpRequest, merchant: SandboxMerchant) -> dict[str, Any]:
    order = _read(request, _ORDER)
    tx_id = order.pop("tx_id")
    payment, __ = SandboxPayment.objects.get_or_create(merchant=merchant, tx_id=tx_id, defaults=order)
    if payment.amount_cents != order["amount_cents"]:
        raise BankRefusesError("The id was used for another amount.")
    # The payer's browser meets the bank on the host it came from; only our servers use the internal address.
    host = payment.back_url.split("/", 3)
    return {"ref": payment.ref, "url": "/".join(host[:3]) + reverse("sandbox_bank:pay", args=[payment.ref])}


@_for_merchants("GET", Operation.STATUS)
def status(request: HttpRequest, merchant: SandboxMerchant, tx_id: str) -> dict[str, Any]:
    payment = get_object_or_404(SandboxPayment, merchant=merchant, tx_id=tx_id)
    settle_late(payment)
    return statement(payment)


@_for_merchants("POST", Operation.REFUND)
def refund(request: HttpRequest, merchant: SandboxMerchant) -> dict[str, Any]:
    wish = _read(request, _WISH)
    payment = get_object_or_404(SandboxPayment, merchant=merchant, tx_id=wish.pop("tx_id"))
    return refund_statement(give_back(payment, **wish))


@_for_merchants("GET", Operation.REFUND_STATUS)
def refund_status(request: HttpRequest, merchant: SandboxMerchant, key: str) -> dict[str, Any]:
    found = get_object_or_404(SandboxRefund.objects.select_related("payment"), payment__merchant=merchant, key=key)
    settle_refund(found)
    return refund_statement(found)


@_for_merchants("GET")
def payouts(request: HttpRequest, merchant: SandboxMerchant, day: str) -> dict[str, Any]:
    try:
        midnight = datetime.datetime.fromisoformat(day)
    except ValueError as error:
        raise BankRefusesError("no day") from error
    since = midnight if midnight.tzinfo else timezone.make_aware(midnight)
    found = SandboxPayout.objects.filter(merchant=merchant, created_at__gte=since).order_by("pk")
    return {"refs": list(found.values_list("ref", flat=True))}


@_for_merchants("GET")
def payout(request: HttpRequest, merchant: SandboxMerchant, ref: str) -> dict[str, Any]:
    return report(get_object_or_404(SandboxPayout, merchant=merchant, ref=ref))


@_for_merchants("GET")
def merchant_info(request: HttpRequest, merchant: SandboxMerchant) -> dict[str, Any]:
    return {"merchant_id": merchant.merchant_id}
