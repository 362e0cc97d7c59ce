"""Hand-over channels: the kind is chosen first, then its form; a button tries the connection."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.base import BaseObjectMixin, WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.snippets.views.snippets import CreateView, EditView

from wagtail_sitekit.columns import YesNoColumn

from .. import flows
from ..deliveries.registry import channels
from ..errors import BookkeepingError
from ..models import DeliveryChannel
from .channel_form import channel_panel
from .of_tenant import OfTenantViewSet


class _FormOfKind:
    """The viewset's own form is that of no kind."""

    panel: Any

    def get_form_class(self) -> type[Any]:
        return self.panel.get_form_class()


class ChannelCreateView(_FormOfKind, CreateView):
    """Step 1 is the kind, by plain links; step 2 its form."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        name = request.POST.get("kind") or request.GET.get("kind") or ""
        self.shape = channels.get(name) if name in channels else None
        super().setup(request, *args, **kwargs)

    def get_panel(self) -> ObjectList | None:
        return channel_panel(self.shape) if self.shape else None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().get(request, *args, **kwargs) if self.shape else self._ask_for_kind()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().post(request, *args, **kwargs) if self.shape else self._ask_for_kind()

    def _ask_for_kind(self) -> HttpResponse:
        context = {
            "page_title": gettext("New hand-over channel"),
            "header_title": gettext("New hand-over channel"),
            "header_icon": "upload",
            "kinds": [(cls.name, cls.label) for cls in channels],
            "breadcrumbs_items": self.get_breadcrumbs_items(),
        }
        template = ["wagtail_xfinanz/admin/choose_channel.html"]
        return self.response_class(request=self.request, template=template, context=context, using=self.template_engine)

    def get_success_url(self) -> str:
        return channel_url("check", cast(DeliveryChannel, self.object))


class ChannelEditView(_FormOfKind, EditView):
    def get_panel(self) -> ObjectList:
        kind = cast(DeliveryChannel, self.object).kind
        if kind in channels:
            return channel_panel(channels.get(kind))
        # The kind is not installed any more: the channel can still be switched off.
        return ObjectList([FieldPanel("label"), FieldPanel("is_active")]).bind_to_model(DeliveryChannel)

    @property
    def header_buttons(self) -> list[Button]:
        url = channel_url("check", cast(DeliveryChannel, self.object))
        return [*super().header_buttons, HeaderButton(_("Try the connection"), url=url, icon_name="link")]


class ChannelCheckView(BaseObjectMixin, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """What was tried last, and a button (POST) to try now."""

    model = DeliveryChannel
    permission_required = "change"
    index_url_name: str | None = None
    template_name = "wagtail_xfinanz/admin/check_channel.html"
    page_title = _("Try the connection")
    header_icon = "link"
    object: DeliveryChannel

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        above = {"url": reverse(str(self.index_url_name)), "label": _("Hand-over channels")}
        return [*self.breadcrumbs_items, above, {"url": "", "label": self.page_title, "sublabel": str(self.object)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more = {"channel": self.object, "edit_url": channel_url("edit", self.object)}
        return {**super().get_context_data(**kwargs), **more}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            error = flows.check_channel(self.object, by=request.user)
        except BookkeepingError as refused:
            error = str(refused)
        if error:
            messages.error(request, error)
        else:
            messages.success(request, gettext("The connection works: files can be handed over."))
        return redirect(channel_url("check", self.object))


class KindColumn(Column):
    def get_value(self, instance: DeliveryChannel) -> str:
        return str(channels.label(instance.kind))


class DeliveryChannelViewSet(OfTenantViewSet):
    model = DeliveryChannel
    icon = "upload"
    menu_label = _("Hand-over channels")
    add_view_class = ChannelCreateView
    edit_view_class = ChannelEditView
    copy_view_enabled = False
    list_display = [
        "label",
        "tenant",
        KindColumn("kind", label=_("channel")),
        YesNoColumn(DeliveryChannel, "is_automatic"),
        YesNoColumn(DeliveryChannel, "is_active"),
        "checked_at",
    ]

    def get_edit_handler(self) -> ObjectList:
        """What every channel has; the views build the form of its kind when they are asked."""
        return ObjectList([FieldPanel("tenant"), FieldPanel("label")]).bind_to_model(self.model)

    def get_urlpatterns(self) -> list[Any]:
        return [
            *super().get_urlpatterns(),
            path("check/<int:pk>/", self.construct_view(ChannelCheckView), name="check"),
        ]


def channel_url(name: str, channel: DeliveryChannel) -> str:
    """The admin address of one of the channel's views."""
    return reverse(DeliveryChannel.snippet_viewset.get_url_name(name), args=[channel.pk])  # type: ignore[attr-defined]
