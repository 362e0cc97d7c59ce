"""Postings the finance system rejected: the list, and what a person corrects and decides about them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_sitekit.scoping import VIEW_ACTIONS, sites_for

from .. import flows
from ..errors import BookkeepingError
from ..flows.answers import rejected_in, with_answer
from ..flows.post_anew import texts_now
from ..models import (
    Batch,
    PostingAccount,
    PostingAcknowledgement,
    PostingRecord,
    RejectionDecision,
    RejectionStep,
)
from ..posting import PostingKind
from .actions import StepView
from .crumbs import BelowBatches
from .next_step import may

SHOWN = 200
_LABELS = {"reason": _("Purpose"), "label": _("Text"), "payer": _("Payer")}


def with_rejection(rows: Any) -> Any:
    """With their answers, decisions, and the batch that posts them anew, in a fixed number of queries."""
    counting = PostingAcknowledgement.objects.filter(counts=True).order_by("pk")
    decisions = RejectionDecision.objects.select_related("decided_by").order_by("pk")
    rows = rows.select_related("batch__tenant__site", "replacement__batch", "entry__order", "item")
    return rows.prefetch_related(Prefetch("acknowledgements", counting), Prefetch("rejection_decisions", decisions))


def rejected_row(record: PostingRecord) -> dict[str, Any]:
    """What a list shows of it: the answer that holds, the decision that holds, and what comes next in words."""
    decision = next(reversed(record.rejection_decisions.all()), None)
    return {
        "record": record,
        "posting": record.posting,
        "answer": list(record.acknowledgements.all())[-1],
        "decision": decision,
        "next": _next(record, decision),
    }


def _next(record: PostingRecord, decision: RejectionDecision | None) -> str:
    if hasattr(record, "replacement"):
        return gettext("“%(batch)s” posts it anew.") % {"batch": record.replacement.batch}
    if decision is None:
        return gettext("Somebody has to decide what becomes of it.")
    if decision.step == RejectionStep.HOLD:
        return gettext("To be clarified: %(reason)s") % {"reason": decision.reason}
    return gettext("The next collection posts it anew.")


class RejectedView(BelowBatches, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Every posting the finance system did not take, until something released stands instead of it."""

    model = Batch
    any_permission_required = list(VIEW_ACTIONS)
    template_name = "wagtail_xfinanz/admin/rejected.html"
    page_title = _("Rejected postings")
    header_icon = "cross"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sites = sites_for(self.request.user, Batch, VIEW_ACTIONS)
        found = with_rejection(rejected_in(sites)).order_by("batch", "sequence")
        rows = [rejected_row(row) for row in found[: SHOWN + 1]]
        return {**super().get_context_data(**kwargs), "rows": rows[:SHOWN], "more": len(rows) > SHOWN, "shown": SHOWN}


class RejectedForm(forms.Form):
    """What may be corrected of a posting, and what a person decides about it."""

    step = forms.ChoiceField(
        label=_("Decision"), choices=RejectionStep.choices, widget=forms.RadioSelect, initial=RejectionStep.ANEW
    )
    posting_key = forms.ChoiceField(label=_("Posting account"), required=False)
    reason_why = forms.CharField(label=_("Reason"), max_length=200, help_text=_("What was wrong, and what you did."))

    def __init__(self, *args: Any, record: PostingRecord, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        if record.kind == PostingKind.REVERSAL:
            del self.fields["posting_key"]
            return
        posting = record.posting
        accounts = PostingAccount.objects.filter(tenant=record.batch.tenant_id).order_by("key", "valid_from")
        choices = [(row.key, _named(row)) for row in accounts if row.covers(posting.booked_on)]
        self.fields["posting_key"].choices = choices  # type: ignore[attr-defined]
        self.fields["posting_key"].initial = posting.posting_key
        texts = texts_now(record)
        for name, text in texts.items():
            self.fields[name] = forms.CharField(label=_LABELS[name], max_length=300, initial=text, required=False)
        self.order_fields(["posting_key", *texts, "step", "reason_why"])

    def corrections(self) -> dict[str, Any]:
        """For the flow: only what differs from the posting as it was released."""
        said, posting = self.cleaned_data, self.record.posting
        key = said.get("posting_key") or ""
        texts = {name: said[name] for name in _LABELS if said.get(name)}
        return {"posting_key": key if key != posting.posting_key else "", "texts": texts}


def _named(account: PostingAccount) -> str:
    place = " ".join(filter(None, (account.product, account.account, account.budget_line)))
    return f"{account.key}: {account.label} ({place})"


class RejectedPostingView(BelowBatches, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """One rejected posting: what was said of it and decided; a form for those who may reverse."""

    model = Batch
    any_permission_required = list(VIEW_ACTIONS)
    template_name = "wagtail_xfinanz/admin/rejected_posting.html"
    page_title = _("Rejected posting")
    header_icon = "cross"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        sites = sites_for(request.user, Batch, VIEW_ACTIONS)
        rows = with_answer(PostingRecord.objects.filter(batch__tenant__site__in=sites)).filter(answer=False)
        self.record = get_object_or_404(with_rejection(rows), pk=kwargs["posting"])

    @property
    def may_decide(self) -> bool:
        return may(self.request.user, "reverse", self.record.batch)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None)
        if self.may_decide and not hasattr(self.record, "replacement"):
            form = form or RejectedForm(record=self.record)
        return {**super().get_context_data(**kwargs), **rejected_row(self.record), "form": form}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_decide:
            raise PermissionDenied
        form = RejectedForm(request.POST, record=self.record)
        if form.is_valid():
            try:
                self._decide(form)
            except BookkeepingError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, gettext("Your decision is recorded."))
                return redirect(reverse("xfinanz_batches:rejected"))
        return self.render_to_response(self.get_context_data(form=form, **kwargs), status=422)

    def _decide(self, form: RejectedForm) -> None:
        reason = form.cleaned_data["reason_why"]
        if form.cleaned_data["step"] == RejectionStep.HOLD:
            flows.hold_rejected(self.record, by=self.request.user, reason=reason)
        else:
            flows.post_anew(self.record, by=self.request.user, reason=reason, **form.corrections())


class AllAnewView(StepView):
    """All that was rejected of a batch at once, e.g. because an account was locked that is open again."""

    action = "reverse"
    asks_reason = True
    button = _("Post all rejected postings anew")
    question = _(
        "For postings that are right as they are, e.g. after the account was unlocked in the finance system. The next "
        "collection takes them into its batch, which goes the usual way: certify, then release."
    )
    done = _("Your decision is recorded. The next collection posts them anew.")

    def do(self, request: HttpRequest) -> str:
        flows.post_all_anew(self.batch, by=request.user, reason=request.POST.get("reason", ""))  # type: ignore[arg-type]
        return self.back()


VIEWS: dict[str, type[StepView]] = {"post_anew": AllAnewView}
