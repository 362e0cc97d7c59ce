"""Keys and secrets of other applications: made at a click, shown on the page that answers it, and never again."""

from __future__ import annotations

import abc
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import log


class Issuing(abc.ABC):
    """What is shown once, and how it is made. Not by a message or redirect: those would keep it for a while."""

    what: ClassVar[str | Promise]
    request: HttpRequest
    index_url_name: str | None

    @abc.abstractmethod
    def issue(self, instance: Any) -> str:
        """Save the row with something new, and return what has to be shown."""

    def show_once(self, instance: Any, secret: str) -> HttpResponse:
        context = {
            "page_title": self.what,
            "page_subtitle": str(instance),
            "header_title": f"{self.what}: {instance}",
            "header_icon": "key",
            "what": self.what,
            "secret": secret,
            "back": reverse(str(self.index_url_name)),
        }
        headers = {"Cache-Control": "no-store"}
        return TemplateResponse(self.request, "wagtail_epayment/admin/shown_once.html", context, headers=headers)


class IssuingCreateView(Issuing, CreateView):
    """Adds a row and shows its secret."""

    def save_instance(self) -> Any:
        self.secret = self.issue(self.form.instance)
        return super().save_instance()

    def save_action(self) -> HttpResponse:
        return self.show_once(self.object, self.secret)


class RenewableEditView(EditView):
    """Has a button that leads to the page where a new secret is made."""

    renew_label: ClassVar[str | Promise]

    @property
    def header_more_buttons(self) -> list[Button]:
        renew = Button(self.renew_label, url="renew/", icon_name="key", priority=40)
        return [*super().header_more_buttons, renew]


class RenewView(Issuing, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Asks on GET; on POST the old secret ends and the new one is shown."""

    model: Any = None
    index_url_name: str | None = None
    template_name = "wagtail_epayment/admin/renew.html"
    header_icon = "key"
    permission_required = "change"
    question = _("The old one stops working at once. Please have the new one entered right after.")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.object = get_object_or_404(self.model, pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return str(self.what)

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        above = {"url": reverse(str(self.index_url_name)), "label": self.model._meta.verbose_name_plural}
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}
        return [*self.breadcrumbs_items, above, here]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse(str(self.index_url_name))
        return {**super().get_context_data(**kwargs), "question": self.question, "what": self.what, "back": back}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        secret = self.issue(self.object)
        log(instance=self.object, action="wagtail.edit", user=request.user)
        return self.show_once(self.object, secret)
