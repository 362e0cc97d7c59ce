"""What is set up once: tenants, number ranges and posting accounts."""

from __future__ import annotations

from typing import Any

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.widgets.button import Button

from wagtail_sitekit.columns import YesNoColumn
from wagtail_sitekit.scoping import SiteScopedViewSet

from ..models import FinanceTenant, KassenzeichenRange, PostingAccount
from .coverage import GapsView
from .forms import AccountForm, RangeForm, TenantForm
from .of_tenant import OfTenantViewSet


class TenantIndexView(IndexView):
    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("site")


class FinanceTenantViewSet(SiteScopedViewSet):
    model = FinanceTenant
    icon = "home"
    menu_label = _("Tenants")
    index_view_class = TenantIndexView
    copy_view_enabled = False
    list_display = ["name", "number", "site", "default_format", YesNoColumn(FinanceTenant, "is_active")]
    edit_handler = ObjectList(
        [
            FieldPanel("site"),
            FieldRowPanel([FieldPanel("name"), FieldPanel("number")]),
            FieldPanel("default_format"),
            FieldPanel("repertoire"),
            FieldPanel("closed_year"),
            FieldPanel("reverses_rejected"),
            FieldPanel("is_active"),
        ],
        base_form_class=TenantForm,
    )


class RemainingColumn(Column):
    """How many numbers are left; says so if they run out."""

    def get_value(self, instance: Any) -> str:
        text = _("%(count)s – add a new range soon") if instance.is_low else "%(count)s"
        return text % {"count": instance.remaining}


class OfTenantIndexView(IndexView):
    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("tenant")


class RangeIndexView(OfTenantIndexView):
    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        gaps = Button(_("Gaps"), reverse("xfinanz_ranges:gaps", args=[instance.pk]), icon_name="search", priority=40)
        return [*super().get_list_more_buttons(instance), gaps]


class KassenzeichenRangeViewSet(SiteScopedViewSet):
    model = KassenzeichenRange
    icon = "order-up"
    menu_label = _("Kassenzeichen ranges")
    index_view_class = RangeIndexView
    copy_view_enabled = False
    list_display = [
        "__str__",
        "tenant",
        "counter_next",
        RemainingColumn("remaining", label=_("numbers left")),
        YesNoColumn(KassenzeichenRange, "is_active"),
    ]
    edit_handler = ObjectList(
        [
            HelpPanel(content=_("A Kassenzeichen is prefix, counter and check digit. No number is ever given twice.")),
            FieldPanel("tenant"),
            FieldRowPanel([FieldPanel("prefix"), FieldPanel("total_length")]),
            FieldRowPanel([FieldPanel("counter_start"), FieldPanel("counter_maximum")]),
            FieldPanel("algorithm"),
            FieldRowPanel([FieldPanel("warn_at"), FieldPanel("is_active")]),
        ],
        base_form_class=RangeForm,
    )

    def get_urlpatterns(self) -> list[Any]:
        return [*super().get_urlpatterns(), path("<int:pk>/gaps/", self.construct_view(GapsView), name="gaps")]


class PostingAccountViewSet(OfTenantViewSet):
    model = PostingAccount
    icon = "list-ul"
    menu_label = _("Posting accounts")
    list_display = ["key", "label", "tenant", "product", "account", "budget_line", "valid_from", "valid_until"]
    search_fields = ["key", "label", "account", "budget_line"]
    edit_handler = ObjectList(
        [
            FieldPanel("tenant"),
            FieldRowPanel([FieldPanel("key"), FieldPanel("label")]),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("product"), FieldPanel("account")]),
                    FieldRowPanel([FieldPanel("cost_centre"), FieldPanel("cost_unit"), FieldPanel("internal_order")]),
                ],
                heading=_("Double-entry bookkeeping"),
            ),
            MultiFieldPanel([FieldPanel("budget_line")], heading=_("Cameralistic bookkeeping")),
            FieldPanel("tax_account"),
            FieldPanel("dimensions"),
            FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_until")]),
        ],
        base_form_class=AccountForm,
    )
