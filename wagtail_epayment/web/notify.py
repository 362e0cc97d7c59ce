"""Where providers tell us things. Nothing a sender can do here changes money without its signature."""

from __future__ import annotations

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ..errors import Garbage, InboxFull, PaymentError
from ..flows import receive
from ..models import MessageSource, PaymentContract
from ..providers.base import RawMessage
from ..providers.registry import providers

logger = logging.getLogger(__name__)

_MAX_BYTES = 64 * 1024


@csrf_exempt
@require_http_methods(["GET", "POST"])
def notify(request: HttpRequest, provider: str, contract_id: int) -> HttpResponse:
    """200: kept and applied, or kept as a discrepancy. 400: garbage, do not repeat. 503: our trouble, please repeat.

    What is answered to an unproven message, and to one about a payment not known yet, is the provider's choice.
    """
    try:
        return HttpResponse(status=_take(request, provider, contract_id))
    except Garbage:
        return HttpResponse(status=400)
    except InboxFull:
        # Not worth a line in the log each: there are many.
        return HttpResponse(status=503)
    except (PaymentError, DatabaseError) as error:
        logger.error("Notification of %s could not be applied: %s", provider, type(error).__name__)
        return HttpResponse(status=503)


def _take(request: HttpRequest, provider: str, contract_id: int) -> int:
    contracts = PaymentContract.objects.only("provider", "credentials", "options", "is_live")
    try:
        contract = contracts.get(pk=contract_id, provider=provider)
    except PaymentContract.DoesNotExist:
        return 400
    body = request.body if request.method == "POST" else request.META.get("QUERY_STRING", "").encode("latin-1")
    if len(body) > _MAX_BYTES:
        return 400
    raw = RawMessage(body=body, headers=_headers(request, provider))
    message = receive(contract=contract, source=MessageSource.NOTIFY, raw=raw)
    if not message.is_verified:
        return providers.get(provider).unproven_status
    return 200 if message.processed_at else providers.get(provider).waiting_status


def _headers(request: HttpRequest, provider: str) -> dict[str, str]:
    """Only what the provider signs with; cookies and addresses are nobody's business here."""
    wanted = providers.get(provider).signature_headers if provider in providers else ()
    return {name: value for name, value in request.headers.items() if name.lower() in wanted}
