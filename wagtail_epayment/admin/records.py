"""Orders, ledger and messages: for reading, by those who may, of their own commune."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView

from wagtail_sitekit.money import format_money
from wagtail_sitekit.scoping import SiteScopedViewSet

from ..models import LedgerEntry, PaymentOrder, ProviderMessage
from ..state import order_state


class MoneyColumn(Column):
    """Cents of the row as an amount in its currency."""

    def get_value(self, instance: Any) -> str:
        return format_money(instance.amount_cents, instance.currency)


class ReadOnlyViewSet(SiteScopedViewSet):
    """Rows that flows write and people only read."""

    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields: list[str] = []


class OrderInspectView(InspectView):
    """A payment on one page: what was owed, every try, every message, every cent."""

    template_name = "wagtail_epayment/admin/order.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order = self.object
        return {
            **super().get_context_data(**kwargs),
            "order": order,
            "state": order_state(order),
            "items": order.items.all(),
            "attempts": order.attempts.select_related("contract").prefetch_related("messages").order_by("created_at"),
            "entries": order.entries.order_by("pk"),
        }


class OrderViewSet(ReadOnlyViewSet):
    model = PaymentOrder
    icon = "clipboard-list"
    menu_label = _("Orders")
    list_display = ["reference", "purpose", MoneyColumn("amount", label=_("Amount")), "site", "created_at"]
    list_filter = {"site": ["exact"], "created_at": ["gte", "lte"]}
    search_fields = ["reference", "purpose"]
    list_export = ["reference", "purpose", "amount_cents", "currency", "created_at"]
    inspect_view_class = OrderInspectView


class LedgerViewSet(ReadOnlyViewSet):
    model = LedgerEntry
    icon = "list-ol"
    menu_label = _("Ledger")
    list_display = ["order", "kind", MoneyColumn("amount", label=_("Amount")), "provider_ref", "occurred_at"]
    list_filter = ["kind"]
    search_fields = ["provider_ref", "order__reference"]
    list_export = ["order", "kind", "amount_cents", "currency", "provider_ref", "occurred_at"]
    inspect_view_fields = ["order", "kind", "amount_cents", "currency", "provider_ref", "method", "occurred_at"]


class DiscrepancyViewSet(ReadOnlyViewSet):
    model = ProviderMessage
    icon = "warning"
    menu_label = _("Provider messages")
    list_display = ["received_at", "provider", "source", "attempt", "is_verified", "discrepancy"]
    list_filter = {"discrepancy": ["icontains"], "source": ["exact"], "is_verified": ["exact"]}
    inspect_view_fields = ["provider", "source", "attempt", "is_verified", "received_at", "processed_at", "discrepancy"]
