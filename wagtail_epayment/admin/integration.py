"""Other applications: who may make orders here, who is told, and what became of each message."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.permissions import policy_registry

from wagtail_sitekit.columns import YesNoColumn
from wagtail_sitekit.scoping import SiteScopedViewSet

from ..flows.connect import issue_key, issue_secret
from ..flows.webhook import resend
from ..models import ApiClient, WebhookDelivery, WebhookEndpoint
from ..webhooks.transport import Refused, check_address
from .records import ReadOnlyViewSet, RecordIndexView
from .shown_once import Issuing, IssuingCreateView, RenewableEditView, RenewView


class IssuingViewSet(SiteScopedViewSet):
    """Rows with a secret. They are switched off, never deleted: what they did stays explained."""

    copy_view_enabled = False
    add_to_reference_index = False
    renew_view_class: type[RenewView]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(**{"delete_url_name": None, "usage_url_name": None, **kwargs})

    def get_urlpatterns(self) -> list[Any]:
        kept = [pattern for pattern in super().get_urlpatterns() if pattern.name not in ("delete", "usage")]
        return [*kept, path("edit/<int:pk>/renew/", self.construct_view(self.renew_view_class), name="renew")]


class _Key(Issuing):
    what = _("Key of the application")

    def issue(self, instance: Any) -> str:
        return issue_key(instance)


class ClientCreateView(_Key, IssuingCreateView):
    """A new application gets its key."""


class ClientRenewView(_Key, RenewView):
    """An application gets another key."""


class ClientEditView(RenewableEditView):
    renew_label = _("New key")


class ApiClientViewSet(IssuingViewSet):
    model = ApiClient
    icon = "plug"
    menu_label = _("Applications")
    add_view_class = ClientCreateView
    edit_view_class = ClientEditView
    renew_view_class = ClientRenewView
    form_fields = ["site", "name", "return_hosts", "is_active"]
    list_display = ["name", "site", "prefix", YesNoColumn(ApiClient, "is_active"), "last_used_at"]
    list_filter = ["is_active"]


class _Secret(Issuing):
    what = _("Secret the messages are signed with")

    def issue(self, instance: Any) -> str:
        return issue_secret(instance)


class EndpointForm(WagtailAdminModelForm):
    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            check_address(url)
        except Refused as error:
            raise forms.ValidationError(_("Please give an https address without user name and password.")) from error
        return url


class EndpointCreateView(_Secret, IssuingCreateView):
    """A new webhook gets its secret."""


class EndpointRenewView(_Secret, RenewView):
    """A webhook gets another secret."""


class EndpointEditView(RenewableEditView):
    renew_label = _("New secret")


class WebhookEndpointViewSet(IssuingViewSet):
    model = WebhookEndpoint
    icon = "link-external"
    menu_label = _("Webhooks")
    add_view_class = EndpointCreateView
    edit_view_class = EndpointEditView
    renew_view_class = EndpointRenewView
    list_display = ["name", "site", "url", YesNoColumn(WebhookEndpoint, "is_active"), "gone_at"]
    list_filter = ["is_active"]

    def get_form_class(self, for_update: bool = False) -> Any:
        fields = ["site", "name", "url", "is_active"]
        return forms.modelform_factory(WebhookEndpoint, form=EndpointForm, fields=fields)


class StateColumn(Column):
    def get_value(self, instance: WebhookDelivery) -> str:
        return str(instance.state.label)


class DeliveryIndexView(RecordIndexView):
    joined = ("endpoint", "event__order")

    def get_base_queryset(self) -> QuerySet[Any]:
        return super().get_base_queryset().order_by("-created_at")


class DeliveryInspectView(InspectView):
    """One message: what it says, what became of it, and a button to send it again."""

    template_name = "wagtail_epayment/admin/delivery.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        said = json.dumps(self.object.payload, indent=2, ensure_ascii=False)
        may_resend = may_send(self.request.user, self.object)
        return {**super().get_context_data(**kwargs), "said": said, "may_resend": may_resend}


class ResendView(PermissionCheckedMixin, View):
    """Sends a message once more; only by POST, and only by who may change its webhook."""

    model = WebhookDelivery
    inspect_url_name: str | None = None

    def post(self, request: HttpRequest, pk: str) -> HttpResponse:
        delivery = get_object_or_404(WebhookDelivery.objects.select_related("endpoint__site"), pk=pk)
        if not may_send(request.user, delivery):
            raise PermissionDenied
        resend(delivery)
        messages.success(request, gettext("The message is sent again."))
        return redirect(reverse(str(self.inspect_url_name), args=[delivery.pk]))


class WebhookDeliveryViewSet(ReadOnlyViewSet):
    model = WebhookDelivery
    icon = "mail"
    menu_label = _("Sent messages")
    index_view_class = DeliveryIndexView
    inspect_view_class = DeliveryInspectView
    list_display = [
        "created_at",
        "endpoint",
        "event",
        StateColumn("state", label=_("State")),
        "tries",
        "next_try_at",
        "last_error",
    ]
    list_filter = {"endpoint": ["exact"], "given_up_at": ["isnull"], "delivered_at": ["isnull"]}
    inspect_view_fields = [
        "endpoint",
        "event",
        "created_at",
        "tries",
        "delivered_at",
        "given_up_at",
        "next_try_at",
        "last_error",
    ]

    def get_urlpatterns(self) -> list[Any]:
        send_again = path("inspect/<uuid:pk>/resend/", self.construct_view(ResendView), name="resend")
        return [*super().get_urlpatterns(), send_again]


def may_send(user: Any, delivery: WebhookDelivery) -> bool:
    policy = policy_registry.get_by_type(WebhookEndpoint)
    return bool(policy.user_has_permission_for_instance(user, "change", delivery.endpoint))
