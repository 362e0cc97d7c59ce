"""The page that proves a contract before citizens see it: what is done, what is missing, and the two buttons."""

from __future__ import annotations

import abc
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import BaseObjectMixin, WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from ..errors import ContractNotReady, TriedTooOften, UnknownProvider
from ..flows import contract as flows
from ..models import PaymentContract
from ..providers.registry import providers


def contract_url(name: str, contract: PaymentContract) -> str:
    """The admin address of one of the contract's views."""
    viewset: Any = PaymentContract.snippet_viewset
    return reverse(viewset.get_url_name(name), args=[contract.pk])


class ContractView(BaseObjectMixin, PermissionCheckedMixin):
    """Base of the views beside the form."""

    model = PaymentContract
    index_url_name: str | None = None
    object: PaymentContract


class ChecklistView(ContractView, WagtailAdminTemplateMixin, TemplateView):
    """Everybody who may see the contract sees how far it is; who may change it has the buttons."""

    any_permission_required = ["view", "change"]
    template_name = "wagtail_epayment/admin/checklist.html"
    page_title = _("Test and go live")
    header_icon = "clipboard-list"

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        contracts = {"url": reverse(str(self.index_url_name)), "label": _("Contracts")}
        here = {"url": "", "label": self.page_title, "sublabel": str(self.object)}
        return [*self.breadcrumbs_items, contracts, here]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contract = self.object
        items = flows.checklist_of(contract) if contract.provider in providers else []
        return {
            **super().get_context_data(**kwargs),
            "contract": contract,
            "provider": providers.get(contract.provider).label if items else contract.provider,
            "items": items,
            "is_ready": bool(items) and all(item.is_done for item in items),
            "may_change": self.user_has_permission_for_instance("change", contract),
            "urls": {name: contract_url(name, contract) for name in ("check", "go_live", "replace", "edit")},
        }


class ContractStep(ContractView, View, abc.ABC):
    """Does something with the contract; only by POST."""

    permission_required = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            where = self.do(request)
        except (ContractNotReady, TriedTooOften) as error:
            messages.error(request, str(error))
            where = self.object
        except UnknownProvider:
            messages.error(request, gettext("The provider of this contract is not installed any more."))
            where = self.object
        return redirect(contract_url("checklist" if where == self.object else "edit", where))

    @abc.abstractmethod
    def do(self, request: HttpRequest) -> PaymentContract:
        """Returns the contract to go on with."""


class CheckView(ContractStep):
    """Asks the provider, once in some seconds, whether it knows us."""

    def do(self, request: HttpRequest) -> PaymentContract:
        if error := flows.check_contract(self.object, user=request.user):  # type: ignore[arg-type]
            messages.error(request, gettext("The connection does not work: %(error)s") % {"error": error})
        else:
            messages.success(request, gettext("The connection works."))
        return self.object


class GoLiveView(ContractStep):
    """Offers the contract to citizens, once a person has said that they answer for it."""

    def do(self, request: HttpRequest) -> PaymentContract:
        if request.POST.get("responsible") != "on":
            raise ContractNotReady(gettext("Please tick that you take responsibility for this contract."))
        flows.go_live(self.object, user=request.user)  # type: ignore[arg-type]
        messages.success(request, gettext("The contract is live: citizens can pay with it from now on."))
        return self.object


class ReplaceView(ContractStep):
    """Makes a new contract that takes this one's place when it goes live."""

    def do(self, request: HttpRequest) -> PaymentContract:
        new = flows.replace_contract(self.object, user=request.user)  # type: ignore[arg-type]
        messages.success(
            request,
            gettext("Here is the new contract. The old one is offered until this one goes live. Enter its data."),
        )
        return new
