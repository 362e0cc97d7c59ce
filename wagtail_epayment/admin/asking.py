"""A page with one form whose data go to a flow; what the flow refuses is said at the form."""

from __future__ import annotations

import abc
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from ..errors import PaymentError


class AskingView(PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView, abc.ABC):  # type: ignore[type-arg]
    """Asks on GET, does on POST. Works without JavaScript."""

    model: Any = None
    index_url_name: str | None = None
    inspect_url_name: str | None = None
    template_name = "wagtail_epayment/admin/asking.html"
    header_icon = "rotate"
    question: ClassVar[str | Promise] = ""
    button: ClassVar[str | Promise]
    done: ClassVar[str | Promise]
    is_serious: ClassVar[bool] = False

    @abc.abstractmethod
    def do(self, data: dict[str, Any], user: AbstractBaseUser) -> None:
        """Call the flow. Raises PaymentError."""

    @abc.abstractmethod
    def facts(self) -> list[tuple[str | Promise, str]]:
        """What a person has to see before they decide, with labels."""

    @abc.abstractmethod
    def back(self) -> str:
        """The address to go to, done or not."""

    def get_page_title(self) -> str:
        return str(self.button)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}
        above = {"url": reverse(str(self.index_url_name)), "label": _("Refunds")}
        return [*self.breadcrumbs_items, above, here]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "question": self.question,
            "facts": self.facts(),
            "button": self.button,
            "is_serious": self.is_serious,
            "back": self.back(),
        }

    def form_valid(self, form: BaseForm) -> HttpResponse:
        try:
            self.do(form.cleaned_data, self.request.user)  # type: ignore[arg-type]
        except PaymentError as error:
            form.add_error(None, gettext("This is not possible: %(why)s") % {"why": error})
            return self.form_invalid(form)
        messages.success(self.request, str(self.done))
        return redirect(self.back())

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
