"""Where the Kasse says how a text is written that no posting can carry as it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_epayment.models import PaymentOrder
from wagtail_sitekit.scoping import sites_for

from ..errors import BookkeepingError
from ..flows.correct import bad_texts, correct_texts
from ..models import Batch, FinanceTenant
from .crumbs import BelowBatches


class CorrectView(BelowBatches, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """One field for each text of an order that cannot be written."""

    model = Batch
    permission_required = "collect"
    index_url_name: str | None = None
    template_name = "wagtail_xfinanz/admin/correct.html"
    page_title = _("Write texts differently")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        sites = sites_for(request.user, Batch, ("collect",))
        self.order = get_object_or_404(PaymentOrder, pk=kwargs["order"], site__in=sites)
        tenant = get_object_or_404(FinanceTenant, site=self.order.site_id, is_active=True)
        self.texts = list(bad_texts(self.order, tenant).items())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = [
            {"name": f"text-{place}", "text": text, "field": field, "value": self.request.POST.get(f"text-{place}", "")}
            for place, (text, field) in enumerate(self.texts)
        ]
        return {**super().get_context_data(**kwargs), "order": self.order, "rows": rows}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        given = {text: request.POST.get(f"text-{place}", "") for place, (text, _field) in enumerate(self.texts)}
        try:
            correct_texts(self.order, texts=given, by=request.user)
        except BookkeepingError as error:
            messages.error(request, str(error))
            return self.render_to_response(self.get_context_data(**kwargs), status=422)
        messages.success(request, _("Saved. The next collection takes the payment."))
        return redirect(reverse(str(self.index_url_name).replace(":index", ":problems")))
