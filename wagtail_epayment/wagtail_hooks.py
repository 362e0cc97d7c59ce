"""Everything this app adds to the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from wagtail_sitekit.scoping import SitePolicy

from .admin.contracts import PaymentContractViewSet
from .admin.integration import ApiClientViewSet, WebhookDeliveryViewSet, WebhookEndpointViewSet
from .admin.policies import ReadOnlyPolicy, ReconcilePolicy
from .admin.reconciliation import ReconciliationViewSet
from .admin.records import LedgerViewSet, MessageViewSet, OrderViewSet
from .models import (
    ApiClient,
    Decision,
    LedgerEntry,
    PaymentContract,
    PaymentOrder,
    ProviderMessage,
    SettlementLine,
    SettlementReport,
    WebhookDelivery,
    WebhookEndpoint,
)

register_permission_policy(PaymentContract, SitePolicy(PaymentContract))
register_permission_policy(PaymentOrder, ReadOnlyPolicy(PaymentOrder))
register_permission_policy(LedgerEntry, ReadOnlyPolicy(LedgerEntry, site_lookup="order__site"))
register_permission_policy(ProviderMessage, ReadOnlyPolicy(ProviderMessage, site_lookup="contract__site"))
register_permission_policy(ApiClient, SitePolicy(ApiClient))
register_permission_policy(WebhookEndpoint, SitePolicy(WebhookEndpoint))
register_permission_policy(WebhookDelivery, ReadOnlyPolicy(WebhookDelivery, site_lookup="endpoint__site"))
register_permission_policy(Decision, ReconcilePolicy(Decision))
register_permission_policy(SettlementReport, ReconcilePolicy(SettlementReport))
register_permission_policy(SettlementLine, ReconcilePolicy(SettlementLine, site_lookup="report__site"))

contracts = PaymentContractViewSet()
register_snippet(contracts)


class PaymentsGroup(ViewSetGroup):
    menu_label = _("Payments")
    menu_icon = "tag"
    menu_order = 300
    items = (
        OrderViewSet("epayment_orders"),
        LedgerViewSet("epayment_ledger"),
        MessageViewSet("epayment_messages"),
        ReconciliationViewSet("epayment_reconciliation"),
        ApiClientViewSet("epayment_applications"),
        WebhookEndpointViewSet("epayment_webhooks"),
        WebhookDeliveryViewSet("epayment_deliveries"),
    )

    def get_submenu_items(self) -> list[Any]:
        items = super().get_submenu_items()
        return [*items, contracts.get_menu_item(order=len(items) + 1)]


@hooks.register("register_admin_viewset")
def register_payments() -> PaymentsGroup:
    return PaymentsGroup()
