"""Steps of a mapping: a page that asks, a POST that does."""

from __future__ import annotations

import abc
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages

from wagtail_sitekit.scoping import visible

from .. import flows
from ..errors import BookkeepingError
from ..models import MappingState, MappingVersion, SchemaPackage
from .mapping_base import OfMappingView, may

FORMAT = "xfinanz"
"""The name under which the format that uses mappings is registered."""


class MappingStepView(OfMappingView, TemplateView, abc.ABC):
    template_name = "wagtail_xfinanz/admin/mapping_step.html"
    header_icon = "link"
    action: ClassVar[str] = "change"
    states: ClassVar[tuple[MappingState, ...]]
    button: ClassVar[str | Promise]
    question: ClassVar[str | Promise]
    done: ClassVar[str | Promise]
    serious: ClassVar[bool] = False
    is_next: ClassVar[bool] = False
    """Whether this is what is usually done next, and shown so."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not may(request.user, self.action, self.row):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return str(self.button)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = {"button": self.button, "question": self.question, "serious": self.serious, "back": self.address()}
        return {**super().get_context_data(**kwargs), **shown}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            where = self.do(request)
        except BookkeepingError as error:
            messages.error(request, str(error))
            return redirect(self.address())
        self.tell(request)
        return redirect(where)

    def tell(self, request: HttpRequest) -> None:
        """Say that it is done."""
        messages.success(request, str(self.done))

    @abc.abstractmethod
    def do(self, request: HttpRequest) -> str:
        """The address to go on to. Raises BookkeepingError."""


class SubmitView(MappingStepView):
    states = (MappingState.DRAFT,)
    is_next = True
    button = gettext_lazy("Submit for release")
    question = gettext_lazy("The mapping is checked and then waits for somebody who has not worked on it.")
    done = gettext_lazy("The mapping waits for its release by another person.")

    def do(self, request: HttpRequest) -> str:
        flows.submit_mapping(self.row, by=request.user)
        return self.address()


class ReturnView(MappingStepView):
    action = "release"
    states = (MappingState.SUBMITTED,)
    button = gettext_lazy("Return to be changed")
    question = gettext_lazy("The mapping becomes a draft again.")
    done = gettext_lazy("The mapping is a draft again.")

    def do(self, request: HttpRequest) -> str:
        flows.return_mapping(self.row, by=request.user)
        return self.address()


class ReleaseMappingView(MappingStepView):
    action = "release"
    states = (MappingState.SUBMITTED,)
    is_next = True
    button = gettext_lazy("Release")
    question = gettext_lazy(
        "From now on all files of this tenant are written by this mapping. It can be replaced, but never changed."
    )
    done = gettext_lazy("The mapping is active.")

    def do(self, request: HttpRequest) -> str:
        flows.release_mapping(self.row, by=request.user)
        return self.address()

    def tell(self, request: HttpRequest) -> None:
        if self.row.tenant.default_format == FORMAT:
            super().tell(request)
            return
        told = _("The mapping is active. The tenant still writes another format: choose this one at the tenant.")
        messages.warning(request, told)


class DiscardMappingView(MappingStepView):
    states = (MappingState.DRAFT,)
    serious = True
    button = gettext_lazy("Discard")
    question = gettext_lazy("The draft is deleted.")
    done = gettext_lazy("The draft is deleted.")

    def do(self, request: HttpRequest) -> str:
        flows.discard_mapping(self.row, by=request.user)
        return reverse(str(self.index_url_name))


class CopyMappingView(MappingStepView):
    """Begins the next version, if wanted on another package, e.g. the next version of the schema."""

    action = "add"
    states = tuple(MappingState)
    button = gettext_lazy("New version")
    question = gettext_lazy("A draft is made that begins with what this mapping says. The active mapping stays in use.")
    done = gettext_lazy("This is the draft of the new version.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "packages": self._packages()}

    def _packages(self) -> Any:
        packages = visible(self.request.user, SchemaPackage)
        return packages.filter(site__in=[self.row.tenant.site_id]) | packages.filter(site__isnull=True)

    def do(self, request: HttpRequest) -> str:
        chosen = request.POST.get("package", "")
        package = self._packages().filter(pk=int(chosen)).first() if chosen.isdecimal() else None
        copy = flows.copy_mapping(self.row, by=request.user, package=package)
        return reverse(str(self.map_url_name), args=[copy.pk])


STEPS: dict[str, type[MappingStepView]] = {
    "submit": SubmitView,
    "release": ReleaseMappingView,
    "return": ReturnView,
    "copy": CopyMappingView,
    "discard": DiscardMappingView,
}


def possible(user: Any, row: MappingVersion) -> list[dict[str, Any]]:
    """The steps this user may take now; nobody is offered to release what they worked on."""
    worked_on_it = row.editors.filter(pk=user.pk).exists()
    return [
        {"name": name, "label": view.button, "is_next": view.is_next}
        for name, view in STEPS.items()
        if row.state in view.states and may(user, view.action, row) and not (name == "release" and worked_on_it)
    ]
