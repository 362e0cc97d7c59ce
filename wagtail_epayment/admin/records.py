"""Orders, ledger and messages: for reading, by those who may, of their own commune."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters  # type: ignore[import-untyped]
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.models import Site
from wagtail.permissions import policy_registry

from wagtail_sitekit.columns import YesNoColumn
from wagtail_sitekit.money import format_money
from wagtail_sitekit.scoping import SiteScopedViewSet

from ..models import Decision, EntryKind, LedgerEntry, PaymentAttempt, PaymentOrder, ProviderMessage, Refund
from ..reconciliation import classes
from ..reconciliation.explain import misfit_of
from ..state import account, order_state
from .links import order_links
from .masking import masked_lines
from .money import MoneyColumn
from .timeline import timeline

_READING = {"index", "index_results", "inspect"}


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


class RecordInspectView(InspectView):
    """A row field by field, amounts as people write them."""

    def get_field_label(self, field_name: str, field: Any) -> str:
        return str(_("Amount")) if field_name == "amount_cents" else super().get_field_label(field_name, field)

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        value = super().get_field_display_value(field_name, field)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return "–" if value in (None, "") else value

    def get_amount_cents_display_value(self) -> str:
        return format_money(self.object.amount_cents, self.object.currency)


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

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        """Nobody is offered a right to write what only flows write."""
        writing = [f"{verb}_{self.model._meta.model_name}" for verb in ("add", "change", "delete")]
        return super().get_permissions_to_register().exclude(codename__in=writing)


class OrderIndexView(RecordIndexView):
    joined = ("site",)
    fetched = ("entries", "attempts")


class OrderInspectView(InspectView):
    """A payment on one page: what was owed, every try, every message, every cent."""

    template_name = "wagtail_epayment/admin/order.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order = self.object
        sums = account(order)
        return {
            **super().get_context_data(**kwargs),
            "order": order,
            "state": order_state(order),
            "sums": sums,
            "items": order.items.all(),
            "events": timeline(order),
            "steps": self._steps(order),
            "links": order_links(self.request.user, order),
        }

    def _steps(self, order: PaymentOrder) -> list[tuple[str, Any]]:
        """Address names and labels of what this user may do with the order's money."""
        if not any(entry.kind == EntryKind.PAYMENT for entry in order.entries.all()):
            return []
        steps = (
            (Refund, "request", "epayment_refunds:ask", _("Give money back")),
            (Decision, "reconcile", "epayment_refunds:chargeback", _("Enter a chargeback")),
        )
        return [(name, label) for model, right, name, label in steps if self._may(model, right, order.site)]

    def _may(self, model: type[Any], right: str, site: Site) -> bool:
        policy = policy_registry.get_by_type(model)
        return bool(policy.sites_user_has_any_permission_for(self.request.user, [right]).filter(pk=site.pk).exists())

    def get_object(self, queryset: Any = None) -> PaymentOrder:
        rows = PaymentOrder.objects.select_related("site").prefetch_related("entries", "attempts")
        return get_object_or_404(rows, pk=self.pk)

    def get_fields_context(self) -> list[Any]:
        return []


class MessageInspectView(RecordInspectView):
    """One message: where it came from, what it said (masked), what did not fit."""

    template_name = "wagtail_epayment/admin/message.html"

    def get_discrepancy_display_value(self) -> str:
        return misfit_of(self.object)

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
    inspect_view_class = RecordInspectView
    list_display = ["order", "kind", MoneyColumn("amount", label=_("Amount")), "provider_ref", "occurred_at"]
    list_filter = {"kind": ["exact"], "occurred_at": ["gte", "lte"]}
    search_fields = ["provider_ref", "order__reference"]
    list_export = ["order", "kind", "amount_cents", "currency", "provider_ref", "occurred_at"]
    inspect_view_fields = ["order", "kind", "amount_cents", "provider_ref", "method", "occurred_at", "created_at"]


class AttemptIndexView(RecordIndexView):
    joined = ("order", "contract")


class AttemptInspectView(RecordInspectView):
    """One try to pay with every message about it."""

    template_name = "wagtail_epayment/admin/attempt.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "messages_told": [
                (message, misfit_of(message), masked_lines(message)) for message in self.object.messages.order_by("pk")
            ],
        }


class AttemptViewSet(ReadOnlyViewSet):
    model = PaymentAttempt
    icon = "history"
    menu_label = _("Payment attempts")
    index_view_class = AttemptIndexView
    inspect_view_class = AttemptInspectView
    list_display = [
        "merchant_tx_id",
        "order",
        "contract",
        MoneyColumn("amount", label=_("Amount")),
        "state",
        "created_at",
    ]
    list_filter = {"state": ["exact"], "provider": ["exact"], "created_at": ["gte", "lte"]}
    search_fields = ["merchant_tx_id", "provider_ref", "order__reference"]
    inspect_view_fields = [
        "order", "contract", "method", "merchant_tx_id", "provider_ref", "amount_cents", "state",
        "created_at", "updated_at", "next_poll_at", "poll_count", "last_error",
    ]  # fmt: skip


class MessageIndexView(RecordIndexView):
    joined = ("attempt",)


class MisfitColumn(Column):
    """What did not fit, as the cash office says it."""

    def get_value(self, instance: ProviderMessage) -> str:
        return misfit_of(instance)


class MessageFilterSet(WagtailFilterSet):
    """Among others: what did not fit and nobody has decided about."""

    open = django_filters.ChoiceFilter(
        label=_("Discrepancies"), choices=[("1", _("only those nobody has closed"))], method="filter_open"
    )

    class Meta:
        model = ProviderMessage
        fields: ClassVar[dict[str, list[str]]] = {
            "source": ["exact"],
            "is_verified": ["exact"],
        }

    def filter_open(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        still = classes.messages(Site.objects.all()).filter(classes.still_open())
        return rows.filter(pk__in=still.values("pk"))


class MessageViewSet(ReadOnlyViewSet):
    model = ProviderMessage
    icon = "warning"
    menu_label = _("Provider messages")
    index_view_class = MessageIndexView
    inspect_view_class = MessageInspectView
    list_display = [
        "received_at",
        "provider",
        "source",
        "attempt",
        YesNoColumn(ProviderMessage, "is_verified"),
        MisfitColumn("misfit", label=_("Discrepancy")),
    ]
    filterset_class = MessageFilterSet
    search_fields = ["discrepancy", "attempt__merchant_tx_id", "attempt__order__reference"]
    inspect_view_fields = ["provider", "source", "attempt", "is_verified", "received_at", "processed_at", "discrepancy"]
