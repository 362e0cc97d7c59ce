"""Everything this app adds to the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.permissions import policy_registry, register_permission_policy
from wagtail.snippets.models import register_snippet

from wagtail_epayment.admin.links import register_order_link
from wagtail_sitekit.scoping import SitePolicy

from .admin.audit import AuditViewSet, trace_link
from .admin.batches import BatchViewSet
from .admin.channels import DeliveryChannelViewSet
from .admin.closings import DailyClosingViewSet
from .admin.csv_profiles import CsvProfileViewSet
from .admin.dashboard import AnswersPanel, ClosingPanel
from .admin.mappings import MappingViewSet
from .admin.schemas import SchemaPackageViewSet
from .admin.settings import FinanceTenantViewSet, KassenzeichenRangeViewSet, PostingAccountViewSet
from .models import (
    Batch,
    CsvProfile,
    DailyClosing,
    DeliveryChannel,
    FinanceTenant,
    KassenzeichenRange,
    MappingVersion,
    PostingAccount,
    SchemaPackage,
)

register_permission_policy(FinanceTenant, SitePolicy(FinanceTenant))
register_permission_policy(PostingAccount, SitePolicy(PostingAccount, site_lookup="tenant__site"))
register_permission_policy(KassenzeichenRange, SitePolicy(KassenzeichenRange, site_lookup="tenant__site"))
register_permission_policy(Batch, SitePolicy(Batch, site_lookup="tenant__site"))
register_permission_policy(DailyClosing, SitePolicy(DailyClosing, site_lookup="tenant__site"))
register_permission_policy(DeliveryChannel, SitePolicy(DeliveryChannel, site_lookup="tenant__site"))
register_permission_policy(CsvProfile, SitePolicy(CsvProfile, site_lookup="tenant__site"))
register_permission_policy(SchemaPackage, SitePolicy(SchemaPackage, shared=True))
register_permission_policy(MappingVersion, SitePolicy(MappingVersion, site_lookup="tenant__site"))

register_order_link(trace_link)
accounts = PostingAccountViewSet()
register_snippet(accounts)
csv_profiles = CsvProfileViewSet()
register_snippet(csv_profiles)
channels = DeliveryChannelViewSet()
register_snippet(channels)


class ProblemsItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return policy_registry.get_by_type(Batch).user_has_permission(request.user, "view")


class CashOfficeGroup(ViewSetGroup):
    menu_label = _("Cash office")
    menu_icon = "folder-open-inverse"
    menu_order = 310
    items = (
        BatchViewSet("xfinanz_batches"),
        DailyClosingViewSet("xfinanz_closings"),
        AuditViewSet("xfinanz_audit"),
        FinanceTenantViewSet("xfinanz_tenants"),
        KassenzeichenRangeViewSet("xfinanz_ranges"),
        SchemaPackageViewSet("xfinanz_schemas"),
        MappingViewSet("xfinanz_mappings"),
    )

    def get_submenu_items(self) -> list[Any]:
        problems = ProblemsItem(
            _("Problems"),
            reverse_lazy("xfinanz_batches:problems"),
            name="xfinanz-problems",
            icon_name="warning",
            order=2,
        )
        coverage = ProblemsItem(
            _("Missing accounts"),
            reverse_lazy("xfinanz_batches:coverage"),
            name="xfinanz-coverage",
            icon_name="search",
            order=4,
        )
        return [
            *super().get_submenu_items(),
            problems,
            accounts.get_menu_item(order=3),
            coverage,
            *_handover_items(),
            channels.get_menu_item(order=9),
            csv_profiles.get_menu_item(order=10),
        ]


def _handover_items() -> list[MenuItem]:
    rows = (
        ("handovers", _("Hand-over"), "upload"),
        ("answers", _("Answers"), "download"),
        ("rejected", _("Rejected postings"), "cross"),
    )
    return [
        ProblemsItem(
            label, reverse_lazy(f"xfinanz_batches:{name}"), name=f"xfinanz-{name}", icon_name=icon, order=order
        )
        for order, (name, label, icon) in enumerate(rows, start=5)
    ]


@hooks.register("register_admin_viewset")
def register_cash_office() -> CashOfficeGroup:
    return CashOfficeGroup()


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    for name, label, message in (
        ("collect", _("Collected"), _("Payments collected")),
        ("certify", _("Certified"), _("Certified in fact and figures")),
        ("release", _("Released"), _("Released")),
        ("export", _("Exported"), _("Exported for the first time")),
        ("deliver", _("Hand-over asked for"), _("Hand-over to the finance system asked for")),
        ("acknowledge", _("Answered"), _("Answer of the finance system imported")),
        ("dismiss_answer", _("Answer put aside"), _("Fetched answer put aside")),
        ("check_channel", _("Connection tried"), _("Connection of the hand-over channel tried")),
        ("prepare_day", _("Day prepared"), _("Daily closing prepared")),
        ("take_back_day", _("Day opened"), _("Prepared day opened again")),
        ("sign_day", _("Day signed"), _("Daily closing signed")),
        ("audit_export", _("Audit export"), _("Everything of a period written for an audit")),
        ("audit_download", _("Audit export downloaded"), _("Everything of a period downloaded for an audit")),
        ("discard", _("Discarded"), _("Draft discarded")),
        ("install_schema", _("Installed"), _("Schema package installed")),
        ("remove_schema", _("Removed"), _("Schema package removed")),
        ("create_mapping", _("Mapping made"), _("Mapping made")),
        ("submit_mapping", _("Submitted"), _("Mapping submitted for release")),
        ("return_mapping", _("Returned"), _("Mapping returned to be changed")),
        ("release_mapping", _("Released"), _("Mapping released")),
        ("discard_mapping", _("Discarded"), _("Draft of a mapping discarded")),
    ):
        actions.register_action(f"wagtail_xfinanz.{name}", label, message)


@hooks.register("construct_homepage_panels")
def add_closing_panel(request: HttpRequest, panels: list[Any]) -> None:
    panels += [ClosingPanel(), AnswersPanel()]
