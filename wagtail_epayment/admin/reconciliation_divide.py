"""Where a person says which part of a credit is for which order; a button adds rows, without JavaScript."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from wagtail_sitekit.money import to_decimal

from ..errors import DecisionNotPossible, NotUnderstood
from ..flows.divide import MOST_PARTS, PartOfCredit, can_be_divided, divide, named_orders
from ..models import PaymentOrder
from ..settlements.values import cents_of
from .reconciliation_cards import NAMESPACE
from .reconciliation_rows import LineView

_ROWS, _MORE = 4, 5


class PartForm(forms.Form):
    """One order and its part of the credit; an empty row counts for nothing."""

    reference = forms.CharField(label=_("Kassenzeichen of the order"), required=False, max_length=60)
    amount = forms.CharField(label=_("Amount, e.g. 12,50"), required=False, max_length=20)

    def __init__(self, *args: Any, orders: dict[str, PaymentOrder], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.orders = orders

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        reference, amount = "".join(cleaned.get("reference", "").split()), cleaned.get("amount", "").strip()
        if not reference and not amount:
            return {}
        order = self.orders.get(reference)
        if order is None:
            self.add_error("reference", _("There is no order with this Kassenzeichen."))
        try:
            cents = cents_of(amount, decimal="," if "," in amount else ".")
        except NotUnderstood as error:
            self.add_error("amount", str(error))
            return {}
        return {"part": PartOfCredit(order, cents)} if order else {}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


Parts = forms.formset_factory(PartForm, extra=0, max_num=MOST_PARTS, absolute_max=MOST_PARTS)


class DivideView(LineView):
    """Proposes the orders the text names, each with what is due."""

    template_name = "wagtail_epayment/admin/reconciliation_divide.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not can_be_divided(self.row):  # A colleague was faster, or it was the second click.
            messages.warning(request, _("This line is explained already, or it is no credit of the bank."))
            return redirect(self._line_url())
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return gettext("Divide among several orders")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("parts", self._proposed())
        kwargs.setdefault("reason", ReasonForm())
        return {**super().get_context_data(**kwargs), "may_decide": self.may_decide, "back": self._line_url()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_decide:
            raise PermissionDenied
        if "more" in request.POST:
            context = self.get_context_data(parts=self._parts(_with_more(request.POST)), reason=_kept(request.POST))
            return self.render_to_response(context)
        parts, reason = self._parts(request.POST), ReasonForm(request.POST)
        if parts.is_valid() and reason.is_valid():
            found = [form.cleaned_data["part"] for form in parts if form.cleaned_data.get("part")]
            try:
                divide(self.row, found, reason=reason.cleaned_data["reason"], user=request.user)  # type: ignore[arg-type]
            except DecisionNotPossible as error:
                reason.add_error(None, str(error))
            else:
                messages.success(request, _("Your decision is recorded."))
                return redirect(self._line_url())
        return self.render_to_response(self.get_context_data(parts=parts, reason=reason), status=422)

    def _line_url(self) -> str:
        return reverse(f"{NAMESPACE}:line", args=[self.row.pk])

    def _proposed(self) -> Any:
        named = [
            {"reference": part.order.reference, "amount": f"{to_decimal(part.cents)}".replace(".", ",")}
            for part in named_orders(self.row)
        ]
        rows = named + [{}] * max(_ROWS - len(named), 1)
        return Parts(initial=rows[:MOST_PARTS], form_kwargs={"orders": {}})

    def _parts(self, data: QueryDict) -> Any:
        """Bound; all orders that are named are read at once."""
        typed = ["".join(str(value).split()) for name, value in data.items() if name.endswith("-reference")]
        orders = PaymentOrder.objects.filter(site=self.site_of(self.row), reference__in=typed[:MOST_PARTS])
        return Parts(data, form_kwargs={"orders": {order.reference: order for order in orders}})


def _with_more(data: QueryDict) -> QueryDict:
    more = data.copy()
    count = more.get("form-TOTAL_FORMS", "")
    shown = int(count) if count.isascii() and count.isdigit() else _ROWS
    more["form-TOTAL_FORMS"] = str(min(shown + _MORE, MOST_PARTS))
    return more


def _kept(data: QueryDict) -> ReasonForm:
    return ReasonForm(initial={"reason": data.get("reason", "")})
