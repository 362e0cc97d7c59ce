"""Steps of a batch: a page that asks, a POST that does. A second click finds the step done and says so."""

from __future__ import annotations

import abc
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_sitekit.scoping import sites_for

from .. import flows
from ..errors import BookkeepingError
from ..flows.rejected import to_post_anew
from ..models import FINAL, OPEN, Batch, BatchState, FinanceTenant
from .crumbs import BelowBatches
from .next_step import may


class StepView(BelowBatches, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView, abc.ABC):
    """Base: asks on GET, does on POST, ends on the page of the batch, or here again if typed texts would be lost."""

    model = Batch
    index_url_name: str | None = None
    inspect_url_name: str | None = None
    template_name = "wagtail_xfinanz/admin/step.html"
    action: ClassVar[str]
    question: ClassVar[str | Promise]
    button: ClassVar[str | Promise]
    done: ClassVar[str | Promise]
    serious: ClassVar[bool] = False
    states: ClassVar[tuple[str, ...]] = ()
    asks_reason: ClassVar[bool] = False

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.batch = Batch.objects.select_related("tenant__site", "certified_by").filter(pk=kwargs["pk"]).first()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self.batch and not may(request.user, self.action, self.batch):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return str(self.button)

    def get_page_subtitle(self) -> str:
        return str(self.batch)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"batch": self.batch, "question": self.question, "button": self.button, "serious": self.serious}
        return {**super().get_context_data(**kwargs), **context, "asks_reason": self.asks_reason, "back": self.back()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            where = self.do(request)
        except BookkeepingError as error:
            messages.error(request, str(error))
            if request.POST.get("reason", "").strip():
                return self.render_to_response(self.get_context_data(**kwargs), status=422)
            return redirect(self.back())
        messages.success(request, str(self.done))
        return redirect(where)

    @abc.abstractmethod
    def do(self, request: HttpRequest) -> str:
        """The address to go on to. Raises BookkeepingError."""

    def back(self, batch: Batch | None = None) -> str:
        return reverse(str(self.inspect_url_name), args=[(batch or self.batch).pk])  # type: ignore[union-attr]


class CertifyView(StepView):
    action = "certify"
    states = (BatchState.DRAFT,)
    button = gettext_lazy("Certify")
    question = gettext_lazy("With this you certify that the postings are right in fact and in figures.")
    done = gettext_lazy("The batch is certified. Another person has to release it.")

    def do(self, request: HttpRequest) -> str:
        return self.back(flows.certify(self.batch, by=request.user))  # type: ignore[arg-type]


class ReleaseView(StepView):
    action = "release"
    states = (BatchState.CERTIFIED,)
    button = gettext_lazy("Release")
    question = gettext_lazy(
        "With this you order the postings. The batch gets its number and its files and can never be changed again."
    )
    done = gettext_lazy("The batch is released. Its files can be downloaded.")

    def do(self, request: HttpRequest) -> str:
        return self.back(flows.release(self.batch, by=request.user))  # type: ignore[arg-type]


class DiscardView(StepView):
    action = "collect"
    states = tuple(state.value for state in OPEN)
    serious = True
    button = gettext_lazy("Discard")
    question = gettext_lazy("The batch is deleted and its payments can be collected anew.")
    done = gettext_lazy("The batch is discarded.")

    def do(self, request: HttpRequest) -> str:
        flows.discard(self.batch, by=request.user)  # type: ignore[arg-type]
        return reverse(str(self.index_url_name))


class ReverseView(StepView):
    action = "reverse"
    states = tuple(state.value for state in FINAL)
    serious = True
    asks_reason = True
    button = gettext_lazy("Reverse")
    question = gettext_lazy(
        "This makes a draft with counter-postings. Once it is released, the payments can be collected and posted anew."
    )
    done = gettext_lazy("The draft with the counter-postings is made. It goes the usual way: certify, then release.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "asks_reference": True}

    def do(self, request: HttpRequest) -> str:
        reason, reference = request.POST.get("reason", ""), request.POST.get("reference", "").strip()
        draft = flows.reverse(self.batch, by=request.user, reason=reason, reference=reference)  # type: ignore[arg-type]
        return self.back(draft)


VIEWS: dict[str, type[StepView]] = {
    "certify": CertifyView,
    "release": ReleaseView,
    "reverse": ReverseView,
    "discard": DiscardView,
}


def possible(user: Any, batch: Batch) -> list[dict[str, Any]]:
    """The steps this user may take with the batch now; nobody is offered to release what they certified."""
    return [
        {"name": name, "label": view.button, "serious": view.serious}
        for name, view in VIEWS.items()
        if batch.state in view.states
        and may(user, view.action, batch)
        and not (name == "release" and batch.certified_by_id == user.pk)
    ]


class CollectView(BelowBatches, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """What is open at each tenant, and a button to put it into drafts."""

    model = Batch
    permission_required = "collect"
    index_url_name: str | None = None
    template_name = "wagtail_xfinanz/admin/collect.html"
    page_title = gettext_lazy("Collect payments")

    def tenants(self) -> Any:
        return FinanceTenant.objects.filter(site__in=sites_for(self.request.user, Batch, ("collect",)), is_active=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        rows = []
        for tenant in self.tenants():
            entries = flows.open_entries(tenant, cut_off=now).order_by()
            counted = entries.aggregate(count=Count("pk"), cents=Sum("amount_cents", default=0))
            anew = sum(some.count() for some in to_post_anew(tenant, cut_off=now))
            rows.append({"tenant": tenant, "anew": anew, **counted})
        return {**super().get_context_data(**kwargs), "rows": rows}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tenant = get_object_or_404(self.tenants(), pk=_number(request.POST.get("tenant")))
        collected = flows.collect(tenant, by=request.user)
        _tell(request, collected)
        return HttpResponseRedirect(reverse(str(self.index_url_name)))


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _tell(request: HttpRequest, collected: Any) -> None:
    if collected.batches:
        names = ", ".join(str(batch) for batch in collected.batches)
        messages.success(request, _("Ready to be certified: %(batches)s.") % {"batches": names})
    else:
        messages.warning(request, _("There is no payment to collect."))
    if collected.with_problems:
        told = ngettext(
            "%(count)s payment could not be collected: see the list of problems.",
            "%(count)s payments could not be collected: see the list of problems.",
            collected.with_problems,
        )
        messages.warning(request, told % {"count": collected.with_problems})
