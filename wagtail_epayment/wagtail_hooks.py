"""Everything this app adds to the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from wagtail_sitekit.scoping import SitePolicy

from .admin.contracts import PaymentContractViewSet
from .admin.dashboard import PaymentsPanel
from .admin.integration import ApiClientViewSet, WebhookDeliveryViewSet, WebhookEndpointViewSet
from .admin.policies import ReadOnlyPolicy, ReconcilePolicy, RefundPolicy
from .admin.reconciliation import ReconciliationViewSet
from .admin.records import AttemptViewSet, LedgerViewSet, MessageViewSet, OrderViewSet
from .admin.refunds import RefundViewSet
from .admin.reports import ReportViewSet
from .models import (
    ApiClient,
    Decision,
    LedgerEntry,
    PaymentAttempt,
    PaymentContract,
    PaymentOrder,
    ProviderMessage,
    Refund,
    SettlementLine,
    SettlementReport,
    WebhookDelivery,
    WebhookEndpoint,
)

register_permission_policy(PaymentContract, SitePolicy(PaymentContract))
register_permission_policy(PaymentOrder, ReadOnlyPolicy(PaymentOrder))
register_permission_policy(PaymentAttempt, ReadOnlyPolicy(PaymentAttempt, site_lookup="order__site"))
register_permission_policy(Refund, RefundPolicy(Refund, site_lookup="order__site"))
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
        AttemptViewSet("epayment_attempts"),
        LedgerViewSet("epayment_ledger"),
        RefundViewSet("epayment_refunds"),
        MessageViewSet("epayment_messages"),
        ReconciliationViewSet("epayment_reconciliation"),
        ReportViewSet("epayment_reports"),
        ApiClientViewSet("epayment_applications"),
        WebhookEndpointViewSet("epayment_webhooks"),
        WebhookDeliveryViewSet("epayment_deliveries"),
    )

    def get_submenu_items(self) -> list[Any]:
        items = super().get_submenu_items()
        return [*items, contracts.get_menu_item(order=len(items) + 1)]


@hooks.register("insert_global_admin_css")
def figures_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("wagtail_epayment/admin.css"))


@hooks.register("register_admin_viewset")
def register_payments() -> PaymentsGroup:
    return PaymentsGroup()


@hooks.register("register_permissions")
def register_rights_on_decisions() -> QuerySet[Permission]:
    """The other rights are registered by the viewsets of their models."""
    return Permission.objects.filter(
        content_type__app_label="wagtail_epayment", codename__in=["view_decision", "reconcile"]
    )


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    for name, label, message in (
        ("check", _("Tried"), _("Connection tried")),
        ("go_live", _("Live"), _("Went live")),
        ("replace", _("Made to replace"), _("Made to replace another contract")),
        ("replaced", _("Replaced"), _("Not offered any more: another contract took its place")),
    ):
        actions.register_action(f"wagtail_epayment.{name}", label, message)


@hooks.register("construct_homepage_panels")
def add_panel(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(PaymentsPanel())
