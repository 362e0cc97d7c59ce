"""The payer's pages: what is owed, on the way, paid, what went wrong; always with the next thing to do."""

from __future__ import annotations

import contextlib
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.models import Site

from ..errors import AlreadyStarting, OrderNotPayable, PaymentError, ProviderUnavailable
from ..flows import issue_receipt, poll_attempt, start_payment
from ..flows.issue import RECEIPT_KINDS
from ..models import AttemptState, LedgerEntry, MessageSource, PaymentAttempt, PaymentOrder
from ..state import OrderState, account, order_state
from ..transfers import transfer_details
from ..transitions import OPEN
from ..ways import ways_of_paying
from .urls_of import return_urls

_PAYABLE = (OrderState.OPEN, OrderState.PENDING, OrderState.CHARGED_BACK)
#: While a payment is being checked nobody is asked to pay a second time.
_TRANSFERABLE = (OrderState.OPEN, OrderState.CHARGED_BACK)


@never_cache
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """What is owed and how it stands; POST begins a payment."""
    order = _order(request, token)
    if request.method == "POST":
        return _start(request, order)
    return _page(request, order)


def _start(request: HttpRequest, order: PaymentOrder) -> HttpResponse:
    chosen = request.POST.get("way", "")
    way = next((row for row in ways_of_paying(order) if row.code == chosen), None)
    if way is None:
        return _page(request, order, error=_("Please choose how you want to pay."), status=422)
    try:
        return redirect(start_payment(order=order, contract=way.contract, method=way.method, urls=return_urls(request)))
    except (OrderNotPayable, AlreadyStarting):
        return redirect("wagtail_epayment:pay", order.token)
    except PaymentError as error:
        return _page(request, order, error=_excuse(error), status=503)


def _excuse(error: PaymentError) -> str:
    if isinstance(error, ProviderUnavailable):
        return _(
            "The payment service does not answer at the moment. You have not been charged as far as we know. "
            "Please try again in a few minutes."
        )
    return _("This way of paying is not available at the moment. Please choose another one or try again later.")


@csrf_exempt  # Some providers send the payer back by POST; nothing of what it carries is read.
@never_cache
@require_http_methods(["GET", "POST"])
def back(request: HttpRequest, return_token: str) -> HttpResponse:
    """The payer comes back. What the address says proves nothing, so the provider is asked."""
    attempt = get_object_or_404(PaymentAttempt.objects.select_related("order", "contract"), return_token=return_token)
    order = _order(request, attempt.order.token)
    if attempt.state in OPEN:
        # Without an answer the page says that it is being checked, and the poller goes on asking.
        with contextlib.suppress(PaymentError):
            poll_attempt(attempt, source=MessageSource.RETURN)
    return redirect("wagtail_epayment:pay", order.token)


@never_cache
@require_GET
def receipt(request: HttpRequest, token: str, entry_id: int) -> HttpResponse:
    order = _order(request, token)
    entry = get_object_or_404(LedgerEntry, pk=entry_id, order=order, kind__in=RECEIPT_KINDS)
    issued = issue_receipt(entry)
    response = HttpResponse(bytes(issued.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{_("receipt")}-{issued}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _order(request: HttpRequest, token: str) -> PaymentOrder:
    order = get_object_or_404(PaymentOrder.objects.select_related("site"), token=token)
    site = Site.find_for_request(request)
    if site is None or site.pk != order.site_id:
        raise Http404
    return order


def _page(request: HttpRequest, order: PaymentOrder, *, error: str = "", status: int = 200) -> HttpResponse:
    response = render(request, "wagtail_epayment/pay.html", {**page_context(order), "error": error}, status=status)
    # The address is the key to the order. Not "no-referrer": that would take the Origin from our own form.
    response["Referrer-Policy"] = "same-origin"
    return response


def page_context(order: PaymentOrder) -> dict[str, Any]:
    """What the page of an order shows."""
    prefetch_related_objects([order], "entries", "attempts", "items")
    attempts = list(order.attempts.all())
    last = attempts[0] if attempts else None
    state = order_state(order)
    is_on_its_way = any(row.state in OPEN and row.payer_done_at for row in attempts)
    is_checking = state == OrderState.PENDING and not is_on_its_way
    return {
        "order": order,
        "items": order.items.all(),
        "state": state,
        "account": account(order),
        "last": last,
        "is_waiting": is_checking or (last is not None and last.state == AttemptState.STARTING),
        "running": next((row for row in attempts if row.state == AttemptState.PENDING and row.redirect_url), None),
        "is_on_its_way": is_on_its_way,
        "ways": ways_of_paying(order) if state in _PAYABLE and not is_on_its_way else [],
        "transfer": transfer_details(order) if state in _TRANSFERABLE else None,
        "payments": sorted((row for row in order.entries.all() if row.kind in RECEIPT_KINDS), key=lambda row: row.pk),
    }
