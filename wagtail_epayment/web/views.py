"""The payer's pages: what is owed, on the way, paid, what went wrong; always with the next thing to do."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.models import Site

from ..errors import ContractNotUsable, OrderNotPayable, PaymentError, ProviderUnavailable
from ..flows import issue_receipt, poll_attempt, start_payment
from ..models import AttemptState, EntryKind, LedgerEntry, MessageSource, PaymentAttempt, PaymentContract, PaymentOrder
from ..providers.registry import providers
from ..state import OrderState, order_state
from .urls_of import return_urls

_PAYABLE = (OrderState.OPEN, OrderState.PENDING, OrderState.CHARGED_BACK)


@never_cache
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """What is owed and how it stands; POST begins a payment."""
    order = _order(request, token)
    if request.method == "POST":
        return _start(request, order)
    return _page(request, order)


def _start(request: HttpRequest, order: PaymentOrder) -> HttpResponse:
    chosen = request.POST.get("contract", "")
    contract = next((row for row in offered(order) if str(row.pk) == chosen), None)
    if contract is None:
        return _page(request, order, error=_("Please choose how you want to pay."), status=422)
    try:
        return redirect(start_payment(order=order, contract=contract, urls=return_urls(request)))
    except OrderNotPayable:
        return redirect("wagtail_epayment:pay", order.token)
    except (ContractNotUsable, PaymentError) as error:
        return _page(request, order, error=_excuse(error), status=503)


def _excuse(error: PaymentError) -> str:
    if isinstance(error, ProviderUnavailable):
        return _(
            "The payment service does not answer at the moment. You have not been charged as far as we know. "
            "Please try again in a few minutes."
        )
    return _("This way of paying is not available at the moment. Please choose another one or try again later.")


@never_cache
@require_http_methods(["GET", "POST"])
def back(request: HttpRequest, return_token: str) -> HttpResponse:
    """The payer comes back. What the address says proves nothing, so the provider is asked."""
    attempt = get_object_or_404(PaymentAttempt.objects.select_related("order", "contract"), return_token=return_token)
    order = _order(request, attempt.order.token)
    if attempt.state in {AttemptState.STARTING, AttemptState.PENDING, AttemptState.UNKNOWN}:
        try:
            poll_attempt(attempt, source=MessageSource.RETURN)
        except PaymentError:
            pass  # The page says that it is being checked, and the poller goes on asking.
    return redirect("wagtail_epayment:pay", order.token)


@never_cache
@require_GET
def receipt(request: HttpRequest, token: str, entry_id: int) -> HttpResponse:
    order = _order(request, token)
    entry = get_object_or_404(LedgerEntry, pk=entry_id, order=order, kind=EntryKind.PAYMENT)
    issued = issue_receipt(entry)
    response = HttpResponse(bytes(issued.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{_("receipt")}-{issued}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def offered(order: PaymentOrder) -> list[PaymentContract]:
    """The ways of paying this order's commune offers and this installation allows."""
    names = [cls.name for cls in providers.enabled()]
    return list(order.site.payment_contracts.filter(is_active=True, provider__in=names).order_by("pk"))


def _order(request: HttpRequest, token: str) -> PaymentOrder:
    order = get_object_or_404(PaymentOrder.objects.select_related("site"), token=token)
    site = Site.find_for_request(request)
    if site is None or site.pk != order.site_id:
        raise Http404
    return order


def _page(request: HttpRequest, order: PaymentOrder, *, error: str = "", status: int = 200) -> HttpResponse:
    attempts = list(order.attempts.all())
    state = order_state(order)
    context: dict[str, Any] = {
        "order": order,
        "items": order.items.all(),
        "state": state,
        "last": attempts[0] if attempts else None,
        "running": next((row for row in attempts if row.state == AttemptState.PENDING and row.redirect_url), None),
        "contracts": offered(order) if state in _PAYABLE else [],
        "payments": order.entries.filter(kind=EntryKind.PAYMENT).order_by("pk"),
        "error": error,
    }
    response = render(request, "wagtail_epayment/pay.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"
    return response
