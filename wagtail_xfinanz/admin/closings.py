"""Daily closings: the list of days, the page of a day, and what can be done with it."""

from __future__ import annotations

import abc
import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.permissions import policy_registry

from wagtail_sitekit.scoping import SiteScopedViewSet, sites_for

from .. import conf, flows
from ..budget import local_day
from ..closing.booked import unassigned
from ..closing.days import days, first_day
from ..closing.difference import needs_note
from ..closing.figures import figures_of
from ..closing.sections import differences, sections
from ..errors import BookkeepingError
from ..models import DailyClosing, FinanceTenant
from .evidence import address_of
from .trail import BelowIndex

RIGHTS = ("view", "prepare", "sign")


def tenants_for(user: Any) -> Any:
    """Tenants whose days this user may see."""
    return FinanceTenant.objects.filter(site__in=sites_for(user, DailyClosing, RIGHTS), is_active=True)


class DaysView(BelowIndex, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """The last days of each tenant, open ones too, so that none can be forgotten."""

    model = DailyClosing
    any_permission_required = list(RIGHTS)
    index_url_name = "xfinanz_closings:index"
    template_name = "wagtail_xfinanz/admin/days.html"
    page_title = _("Daily closing")
    header_icon = "calendar-check"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = conf.get().CLOSING_DAYS
        rows = [
            {"tenant": tenant, "first": first_day(tenant), "days": days(tenant, shown=shown)}
            for tenant in tenants_for(self.request.user).select_related("site")
        ]
        return {**super().get_context_data(**kwargs), "rows": rows, "today": local_day(timezone.now())}


class OfDayMixin(PermissionCheckedMixin):
    """Finds tenant and day of the address; another commune's do not exist."""

    model = DailyClosing
    any_permission_required = list(RIGHTS)
    request: HttpRequest

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.tenant: FinanceTenant | None = None
        if request.user.is_authenticated:
            self.tenant = tenants_for(request.user).select_related("site").filter(pk=kwargs["tenant"]).first()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and self.tenant is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @property
    def day(self) -> datetime.date:
        try:
            return datetime.date.fromisoformat(self.kwargs["day"])
        except ValueError as error:
            raise Http404 from error

    def closing(self) -> DailyClosing | None:
        people = ("tenant", "prepared_by", "signed_by")
        return (
            DailyClosing.objects.filter(tenant=self.tenant, day=self.day).select_related(*people).defer("pdf").first()
        )

    def may(self, action: str) -> bool:
        policy = policy_registry.get_by_type(DailyClosing)
        return policy.user_has_permission_for_instance(self.request.user, action, self.tenant.site)  # type: ignore[union-attr]

    def back(self) -> str:
        return reverse("xfinanz_closings:day", args=[self.tenant.pk, self.day.isoformat()])  # type: ignore[union-attr]


class DayView(BelowIndex, OfDayMixin, WagtailAdminTemplateMixin, TemplateView):
    """What the day's figures say: those kept in the closing, or, of an open day, those of this moment."""

    index_url_name = "xfinanz_closings:index"
    index_label = _("Daily closing")
    template_name = "wagtail_xfinanz/admin/day.html"
    page_title = _("Daily closing")
    header_icon = "calendar-check"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        closing = self.closing()
        figures = closing.figures if closing else self._now()
        found = list(differences(figures))
        for told in found:
            for row in told.evidence:
                row["url"] = address_of(row)
        is_signed = bool(closing and closing.is_signed)
        by_me = bool(closing and closing.prepared_by_id == self.request.user.pk)
        return {
            **super().get_context_data(**kwargs),
            "tenant": self.tenant,
            "day": self.day,
            "closing": closing,
            "note": self.request.POST.get("note", closing.note if closing else ""),
            "sections": sections(figures),
            "differences": found,
            "needs_note": needs_note(figures["differences"]),
            "may_prepare": not is_signed and self.may("prepare"),
            "may_sign": closing and not is_signed and not by_me and self.may("sign"),
            "waits_for_other": closing and not is_signed and by_me,
        }

    def get_page_subtitle(self) -> str:
        return f"{self.tenant}, {date_format(self.day)}"

    def _now(self) -> dict[str, Any]:
        tenant: Any = self.tenant
        previous = tenant.closings.filter(day__lt=self.day).defer("pdf", "figures").first()
        return figures_of(tenant, self.day, entries=unassigned(tenant, self.day), previous=previous)


class PrepareView(DayView):
    """POST only. A day that cannot be prepared is shown again with the note that was typed."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may("prepare"):
            raise PermissionDenied
        tenant: Any = self.tenant
        try:
            flows.prepare_day(tenant, day=self.day, by=request.user, note=request.POST.get("note", "")[:5000])
        except BookkeepingError as error:
            messages.error(request, str(error))
            return self.render_to_response(self.get_context_data(**kwargs), status=422)
        messages.success(request, str(_("The day is prepared. Another person has to sign it.")))
        return redirect(self.back())


class ActView(OfDayMixin, View, abc.ABC):
    """POST only: does one thing with the day and goes back to its page."""

    http_method_names = ["post"]
    action: str

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may(self.action):
            raise PermissionDenied
        try:
            messages.success(request, str(self.do(request)))
        except BookkeepingError as error:
            messages.error(request, str(error))
        return redirect(self.back())

    @abc.abstractmethod
    def do(self, request: HttpRequest) -> Any:
        """What to tell the person. Raises BookkeepingError."""

    def existing(self) -> DailyClosing:
        return get_object_or_404(DailyClosing, tenant=self.tenant, day=self.day)


class TakeBackView(ActView):
    action = "prepare"

    def do(self, request: HttpRequest) -> Any:
        flows.take_back_day(self.existing(), by=request.user)
        return _("The day is open again.")


class SignView(ActView):
    action = "sign"

    def do(self, request: HttpRequest) -> Any:
        # What is signed is what the person has seen: a day prepared anew is another closing.
        seen = self.existing()
        if request.POST.get("closing") != str(seen.pk):
            seen.pk = None
        flows.sign_day(seen, by=request.user)
        return _("The day is closed.")


class PdfView(OfDayMixin, View):
    """The document of a signed day, always the same bytes."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        closing = self.closing()
        if closing is None or not closing.is_signed:
            raise Http404
        headers = {
            "Content-Disposition": f'attachment; filename="tagesabschluss-{closing.day.isoformat()}.pdf"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        }
        return HttpResponse(bytes(closing.pdf), content_type="application/pdf", headers=headers)


class DailyClosingViewSet(SiteScopedViewSet):
    """Days are closed by their own steps; there is no form to add, edit or delete a closing with."""

    model = DailyClosing
    icon = "calendar-check"
    menu_label = _("Daily closing")
    add_to_reference_index = False
    form_fields: list[str] = []

    def get_urlpatterns(self) -> list[Any]:
        of_day = {"": DayView, "prepare/": PrepareView, "take-back/": TakeBackView, "sign/": SignView, "pdf/": PdfView}
        return [
            path("", self.construct_view(DaysView), name="index"),
            *(
                path(f"<int:tenant>/<str:day>/{step}", self.construct_view(view), name=step.strip("/") or "day")
                for step, view in of_day.items()
            ),
        ]
