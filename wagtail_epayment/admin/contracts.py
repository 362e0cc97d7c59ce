"""Contracts: the provider is chosen first, then its form; beside it checklist, connection test and replacement."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.snippets.views.snippets import CreateView, EditView

from wagtail_sitekit.columns import YesNoColumn
from wagtail_sitekit.scoping import SiteScopedSnippetViewSet

from ..models import PaymentContract
from ..providers.base import BaseProvider
from ..providers.registry import providers
from .checklist import ChecklistView, CheckView, GoLiveView, ReplaceView, contract_url
from .contract_form import contract_panel


class _FormOfVendor:
    """The viewset's own form is that of no provider."""

    panel: Any

    def get_form_class(self) -> type[Any]:
        form_class: type[Any] = self.panel.get_form_class()
        return form_class


class ContractCreateView(_FormOfVendor, CreateView):
    """Step 1 is the provider, by plain links; step 2 its form."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        name = request.POST.get("provider") or request.GET.get("provider")
        self.vendor = next((vendor for vendor in providers.enabled() if vendor.name == name), None)
        super().setup(request, *args, **kwargs)

    def get_panel(self) -> ObjectList | None:
        return contract_panel(self.vendor, contract=None) if self.vendor else None

    def get_page_subtitle(self) -> str:
        vendor = self.vendor.label if self.vendor else ""
        return gettext("Contract with %(provider)s") % {"provider": vendor} if vendor else gettext("New contract")

    def get_initial_form_instance(self) -> PaymentContract:
        return PaymentContract(is_active=False)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().get(request, *args, **kwargs) if self.vendor else self._ask_for_vendor()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().post(request, *args, **kwargs) if self.vendor else self._ask_for_vendor()

    def _ask_for_vendor(self) -> HttpResponse:
        context = {
            "page_title": gettext("New contract"),
            "header_icon": "key",
            "vendors": [(vendor.name, vendor.label) for vendor in providers.enabled()],
            "breadcrumbs_items": self.get_breadcrumbs_items(),
            "header_title": gettext("New contract"),
        }
        return self.response_class(
            request=self.request,
            template=["wagtail_epayment/admin/choose_provider.html"],
            context=context,
            using=self.template_engine,
        )

    def get_success_url(self) -> str:
        return contract_url("checklist", cast(PaymentContract, self.object))


class ContractEditView(_FormOfVendor, EditView):
    """The form of the contract's provider, and the way to its checklist."""

    def get_panel(self) -> ObjectList:
        contract = cast(PaymentContract, self.object)
        vendor = providers.get(contract.provider) if contract.provider in providers else NoProvider
        return contract_panel(vendor, contract=contract)

    @property
    def header_buttons(self) -> list[Button]:
        url = contract_url("checklist", cast(PaymentContract, self.object))
        return [*super().header_buttons, HeaderButton(_("Test and go live"), url=url, icon_name="clipboard-list")]


class NoProvider(BaseProvider):
    """Stands for a provider whose package is not installed any more: the contract can still be switched off."""

    name = ""
    label = ""


class ProviderColumn(Column):
    def get_value(self, instance: PaymentContract) -> str:
        return str(providers.get(instance.provider).label) if instance.provider in providers else instance.provider


class PaymentContractViewSet(SiteScopedSnippetViewSet):
    model = PaymentContract
    icon = "key"
    menu_label = _("Contracts")
    add_view_class = ContractCreateView
    edit_view_class = ContractEditView
    list_display = [
        "label",
        "site",
        ProviderColumn("provider", label=_("provider")),
        YesNoColumn(PaymentContract, "is_live"),
        YesNoColumn(PaymentContract, "is_active"),
        "went_live_at",
        "checked_at",
    ]
    list_filter = ["provider", "is_live", "is_active"]
    copy_view_enabled = False

    def get_edit_handler(self) -> ObjectList:
        """What every contract has; the views build the form of its provider when they are asked."""
        return ObjectList([FieldPanel("site"), FieldPanel("label")]).bind_to_model(self.model)

    def get_urlpatterns(self) -> list[Any]:
        return [
            *super().get_urlpatterns(),
            path("checklist/<int:pk>/", self.construct_view(ChecklistView), name="checklist"),
            path("check/<int:pk>/", self.construct_view(CheckView), name="check"),
            path("go-live/<int:pk>/", self.construct_view(GoLiveView), name="go_live"),
            path("replace/<int:pk>/", self.construct_view(ReplaceView), name="replace"),
        ]
