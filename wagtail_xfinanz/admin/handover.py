"""Handing a batch over: what a person can do with it, the trail of one batch, and the list of all."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_sitekit.scoping import VIEW_ACTIONS, sites_for

from .. import flows
from ..errors import NothingToDo
from ..flows.answers import contradictions_of, rejected_of
from ..flows.hand_over import may_have_arrived
from ..models import UNDER_WAY, Batch, BatchDelivery, BatchState, DeliveryChannel, DeliveryState
from .actions import StepView
from .crumbs import BelowBatches
from .next_step import may, some_rejected

SHOWN = 200
#: A person has to look at these.
_NEED_SOMEBODY = (DeliveryState.UNKNOWN, DeliveryState.FAILED)


class HandOverView(StepView):
    action = "deliver"
    button = _("Hand over")
    question = _("The file goes to the finance system through the channel of the tenant.")
    done = _("The file is being handed over. The trail of the batch tells what became of it.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.batch and may_have_arrived(self.batch):
            warning = gettext("The finance system may have this batch already. It must not be posted twice.")
            context |= {"asks_reason": True, "serious": True, "question": f"{warning} {self.question}"}
        return context

    def do(self, request: HttpRequest) -> str:
        flows.hand_over(self.batch, by=request.user, reason=request.POST.get("reason", ""))  # type: ignore[arg-type]
        return self.back()


class CarryView(HandOverView):
    button = _("Download instead")
    question = _("You read the file into the finance system yourself. It can be downloaded afterwards.")
    done = _("Please download the file now.")

    def do(self, request: HttpRequest) -> str:
        reason = request.POST.get("reason", "")
        flows.hand_over_by_hand(self.batch, by=request.user, reason=reason)  # type: ignore[arg-type]
        return self.back()


class RetryView(StepView):
    action = "deliver"
    button = _("Try again")
    question = _("If the file is there already, it is not sent again.")
    done = _("It is being tried. The trail of the batch tells what became of it.")

    def do(self, request: HttpRequest) -> str:
        flows.retry(_last(self.batch), by=request.user)
        return self.back()


class ConfirmView(StepView):
    action = "deliver"
    button = _("Confirm receipt")
    question = _("You have seen this batch in the finance system.")
    done = _("The receipt is noted.")

    def do(self, request: HttpRequest) -> str:
        flows.confirm_receipt(_last(self.batch), by=request.user)
        return self.back()


VIEWS: dict[str, type[StepView]] = {
    "hand_over": HandOverView,
    "carry": CarryView,
    "retry": RetryView,
    "confirm": ConfirmView,
}
_OFFERED: dict[str | None, tuple[str, ...]] = {
    None: ("hand_over",),
    DeliveryState.WAITING: ("retry", "carry"),
    DeliveryState.SENDING: ("retry",),
    DeliveryState.UNKNOWN: ("confirm", "retry", "hand_over", "carry"),
    DeliveryState.GIVEN_UP: ("hand_over", "carry"),
    DeliveryState.FAILED: ("retry", "hand_over"),
    DeliveryState.SENT: ("confirm", "hand_over"),
    DeliveryState.RECEIVED: ("hand_over",),
    DeliveryState.ACKNOWLEDGED: ("hand_over",),
}


def possible(user: Any, batch: Batch) -> list[dict[str, Any]]:
    """The steps of the hand-over this user may take now."""
    if not batch.is_final or not may(user, "deliver", batch):
        return []
    last = batch.deliveries.select_related("channel").order_by("-pk").first()
    has_channel = DeliveryChannel.objects.filter(tenant=batch.tenant_id, is_active=True).exists()
    names = _OFFERED[last.state if last else None]
    if last and last.channel and not last.channel.is_active:
        names = tuple(dict.fromkeys([name for name in names if name != "retry"] + ["hand_over", "carry"]))
    again = _("Hand over again") if last and last.state != DeliveryState.FAILED else HandOverView.button
    return [
        {"name": name, "label": again if name == "hand_over" else VIEWS[name].button, "serious": bool(last)}
        for name in names
        if has_channel or name in ("confirm", "carry")
    ]


def _last(batch: Batch | None) -> BatchDelivery:
    """Raises NothingToDo if the batch has never been handed over."""
    last = batch.deliveries.order_by("-pk").first() if batch else None
    if last is None:
        raise NothingToDo(gettext("This batch has not been handed over yet."))
    return last


def summary(user: Any, batch: Batch) -> dict[str, Any]:
    """What the page of a batch says of its hand-over and of the answers to it."""
    if not batch.is_final:
        return {}
    last = batch.deliveries.order_by("-pk").first()
    is_open = last is not None and last.state in (*UNDER_WAY, DeliveryState.GIVEN_UP)
    rejected = list(rejected_of(batch)[:SHOWN])
    return {
        **({"may_export": False} if is_open else {}),
        **({"next_step": some_rejected()} if rejected else {}),
        "handover": last,
        "handover_actions": possible(user, batch),
        "rejected": rejected,
        "contradictions": len(contradictions_of(batch)),
        "may_reverse": may(user, "reverse", batch),
        "may_decide": may(user, "acknowledge", batch),
    }


class TrailView(BelowBatches, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """From the collection to the answer of the finance system, in order, in plain words."""

    model = Batch
    any_permission_required = list(VIEW_ACTIONS)
    template_name = "wagtail_xfinanz/admin/trail.html"
    page_title = _("Trail of a batch")
    header_icon = "history"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sites = sites_for(self.request.user, Batch, VIEW_ACTIONS)
        people = ("created_by", "certified_by", "released_by", "tenant__site")
        rows = Batch.objects.filter(tenant__site__in=sites).select_related(*people)
        batch = get_object_or_404(rows, pk=self.kwargs["pk"])
        return {
            **super().get_context_data(**kwargs),
            "batch": batch,
            "events": batch.handover_events.select_related("by", "delivery"),
            "deliveries": batch.deliveries.select_related("file", "channel", "requested_by"),
            "answers": batch.acknowledgements.defer("sealed").select_related("imported_by"),
            **summary(self.request.user, batch),
        }


class HandoversView(BelowBatches, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Released batches nobody has handed over, hand-overs somebody has to look at, then the newest ones."""

    model = Batch
    any_permission_required = list(VIEW_ACTIONS)
    template_name = "wagtail_xfinanz/admin/handovers.html"
    page_title = _("Hand-over to the finance system")
    header_icon = "upload"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sites = sites_for(self.request.user, Batch, VIEW_ACTIONS)
        batches = Batch.objects.filter(tenant__site__in=sites, state=BatchState.RELEASED).select_related("tenant")
        urgency = Case(
            When(state__in=_NEED_SOMEBODY, then=Value(0)),
            When(state__in=UNDER_WAY, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        rows = BatchDelivery.objects.filter(batch__tenant__site__in=sites)
        rows = rows.select_related("batch__tenant", "file", "channel", "requested_by")
        return {
            **super().get_context_data(**kwargs),
            "waiting": batches.filter(deliveries=None).order_by("pk")[:SHOWN],
            "deliveries": rows.order_by(urgency, "-pk")[:SHOWN],
            "need_somebody": _NEED_SOMEBODY,
        }
