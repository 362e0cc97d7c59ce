"""Orders, ledger and messages: for reading, by those who may, of their own commune."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView, InspectView

from wagtail_sitekit.money import format_money
from wagtail_sitekit.scoping import SiteScopedViewSet

from ..models import LedgerEntry, PaymentOrder, ProviderMessage
from ..state import order_state
from .masking import masked_lines

_READING = {"index", "index_results", "inspect"}


class MoneyColumn(Column):
    """Cents of the row as an amount in its currency."""

    def get_value(self, instance: Any) -> str:
        return format_money(instance.amount_cents, instance.currency)


class StateColumn(Column):
    """The derived state of an order."""

    def get_value(self, instance: Any) -> str:
        return str(order_state(instance).label)


class RecordIndexView(IndexView):
    """A list that fetches with its rows what its columns show."""

    joined: ClassVar[tuple[str, ...]] = ()
    fetched: ClassVar[tuple[str, ...]] = ()

    def get_base_queryset(self) -> QuerySet[Any]:
        rows = super().get_base_queryset().prefetch_related(*self.fetched)
        return rows.select_related(*self.joined) if self.joined else rows


class ReadOnlyViewSet(SiteScopedViewSet):
    """Rows that flows write and people only read: there is no address to change them at."""

    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields: list[str] = []

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        gone = dict.fromkeys(("add", "edit", "delete", "history", "usage"))
        return super().get_common_view_kwargs(**{f"{name}_url_name": None for name in gone}, **kwargs)

    def get_urlpatterns(self) -> list[Any]:
        return [pattern for pattern in super().get_urlpatterns() if pattern.name in _READING]

    def register_admin_url_finder(self) -> None:
        """There is no edit view to find."""


class OrderIndexView(RecordIndexView):
    joined = ("site",)
    fetched = ("entries", "attempts")


class OrderInspectView(InspectView):
    """A payment on one page: what was owed, every try, every message, every cent."""

    template_name = "wagtail_epayment/admin/order.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order = self.object
        attempts = order.attempts.select_related("contract").prefetch_related("messages").order_by("created_at")
        return {
            **super().get_context_data(**kwargs),
            "order": order,
            "state": order_state(order),
            "items": order.items.all(),
            "attempts": [(attempt, _told(attempt.messages.all())) for attempt in attempts],
            "entries": order.entries.order_by("pk"),
        }


class MessageInspectView(InspectView):
    """One message: where it came from, what it said (masked), what did not fit."""

    template_name = "wagtail_epayment/admin/message.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "lines": masked_lines(self.object)}


class OrderViewSet(ReadOnlyViewSet):
    model = PaymentOrder
    icon = "clipboard-list"
    menu_label = _("Orders")
    index_view_class = OrderIndexView
    inspect_view_class = OrderInspectView
    list_display = [
        "reference",
        "purpose",
        MoneyColumn("amount", label=_("Amount")),
        StateColumn("state", label=_("State")),
        "site",
        "created_at",
    ]
    list_filter = {"site": ["exact"], "created_at": ["gte", "lte"]}
    search_fields = ["reference", "purpose"]
    list_export = ["reference", "purpose", "amount_cents", "currency", "site", "due_on", "created_at", "cancelled_at"]


class LedgerIndexView(RecordIndexView):
    joined = ("order",)


class LedgerViewSet(ReadOnlyViewSet):
    model = LedgerEntry
    icon = "list-ol"
    menu_label = _("Ledger")
    index_view_class = LedgerIndexView
    list_display = ["order", "kind", MoneyColumn("amount", label=_("Amount")), "provider_ref", "occurred_at"]
    list_filter = {"kind": ["exact"], "occurred_at": ["gte", "lte"]}
    search_fields = ["provider_ref", "order__reference"]
    list_export = ["order", "kind", "amount_cents", "currency", "provider_ref", "occurred_at"]
    inspect_view_fields = ["order", "kind", "amount_cents", "currency", "provider_ref", "method", "occurred_at"]


class MessageIndexView(RecordIndexView):
    joined = ("attempt",)


class MessageViewSet(ReadOnlyViewSet):
    model = ProviderMessage
    icon = "warning"
    menu_label = _("Provider messages")
    index_view_class = MessageIndexView
    inspect_view_class = MessageInspectView
    list_display = ["received_at", "provider", "source", "attempt", "is_verified", "discrepancy"]
    list_filter = {"discrepancy": ["icontains"], "source": ["exact"], "is_verified": ["exact"]}
    search_fields = ["discrepancy", "attempt__merchant_tx_id", "attempt__order__reference"]
    inspect_view_fields = ["provider", "source", "attempt", "is_verified", "received_at", "processed_at", "discrepancy"]


def _told(messages: Any) -> list[tuple[ProviderMessage, list[tuple[str, str]]]]:
    return [(message, masked_lines(message)) for message in sorted(messages, key=lambda message: message.pk)]
