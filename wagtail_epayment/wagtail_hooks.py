"""Everything this app adds to the Wagtail admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from wagtail_sitekit.scoping import SitePolicy

from .admin.contracts import PaymentContractViewSet
from .admin.records import DiscrepancyViewSet, LedgerViewSet, OrderViewSet
from .models import LedgerEntry, PaymentContract, PaymentOrder, ProviderMessage

register_permission_policy(PaymentContract, SitePolicy(PaymentContract))
register_permission_policy(PaymentOrder, SitePolicy(PaymentOrder))
register_permission_policy(LedgerEntry, SitePolicy(LedgerEntry, site_lookup="order__site"))
register_permission_policy(ProviderMessage, SitePolicy(ProviderMessage, site_lookup="contract__site"))


class PaymentsGroup(ViewSetGroup):
    menu_label = _("Payments")
    menu_icon = "tag"
    menu_order = 300
    items = (OrderViewSet("epayment_orders"), LedgerViewSet("epayment_ledger"), DiscrepancyViewSet("epayment_messages"))


@hooks.register("register_admin_viewset")
def register_payments() -> PaymentsGroup:
    return PaymentsGroup()


register_snippet(PaymentContractViewSet)
