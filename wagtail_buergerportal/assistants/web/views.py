"""The wizard: start, steps, check-your-answers, send. Works without JavaScript; never cached."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from wagtail_buergerportal.cases.web.access import grant
from wagtail_buergerportal.identity.levels import satisfies
from wagtail_buergerportal.identity.sessions import current_citizen

from ..errors import AssistantError, Changed, Incomplete, LoginNeeded, NotOffered
from ..flows.drafts import OpenDraft, begin, discard, open_draft
from ..flows.submit import refuse_incomplete, submit
from ..models import AssistantPlacement
from ..offer import offer_of
from .cookies import hand_over, take_back, token_of, tokens_of
from .opening import excuse, login_url, placement_for, review_url, step_url, with_draft
from .review import review_context


@never_cache
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """What is needed, what it costs, how long it takes; POST begins."""
    placement = placement_for(request, slug)
    if request.method == "GET":
        return _start_page(request, placement)
    try:
        draft = begin(placement=placement, citizen=current_citizen(request))
    except (NotOffered, LoginNeeded):
        return _start_page(request, placement)
    return hand_over(request, redirect(step_url(draft, draft.evaluation.steps[0].key)), draft)


def _start_page(request: HttpRequest, placement: AssistantPlacement) -> HttpResponse:
    offer, citizen = offer_of(placement), current_citizen(request)
    if not offer.is_open:
        context: dict[str, Any] = {"placement": placement, "title": offer.title}
        return render(request, "buergerportal/assistants/not_offered.html", context, status=410)
    context = {
        "placement": placement,
        "offer": offer,
        "citizen": citizen,
        "may_start": satisfies(citizen.level if citizen else 0, placement.min_level),
        "login_url": login_url(offer.url),
        "begun": _begun(request, placement),
    }
    status = 403 if request.method == "POST" else 200
    return render(request, "buergerportal/assistants/start.html", context, status=status)


def _begun(request: HttpRequest, placement: AssistantPlacement) -> str:
    """Where to go on with a draft this browser has the key of."""
    for draft_id, token in tokens_of(request):
        try:
            draft = open_draft(placement=placement, draft_id=draft_id, token=token, citizen=current_citizen(request))
        except AssistantError:
            continue
        following = draft.evaluation.first_open(draft.done)
        return step_url(draft, following.key) if following else review_url(draft)
    return ""


@never_cache
@require_GET
@with_draft
def review(request: HttpRequest, draft: OpenDraft) -> HttpResponse:
    """Check your answers, before anything is sent."""
    try:
        refuse_incomplete(draft)
    except Incomplete as error:
        return redirect(step_url(draft, error.step_key))
    return _review_page(request, draft)


def _review_page(request: HttpRequest, draft: OpenDraft, *, changed: bool = False) -> HttpResponse:
    context = {**review_context(draft, current_citizen(request)), "changed": changed}
    return render(request, "buergerportal/assistants/review.html", context, status=409 if changed else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, slug: str, draft_id: UUID) -> HttpResponse:
    """Hand in. A second click, the back button or a reload lead to the case that already exists."""
    if request.method == "GET":
        return redirect("buergerportal_assistants:review", slug, draft_id)
    placement = placement_for(request, slug)
    token, citizen = token_of(request, draft_id), current_citizen(request)
    try:
        seen = request.POST.get("seen", "")
        submitted = submit(placement=placement, draft_id=draft_id, token=token, citizen=citizen, seen=seen)
    except Incomplete as error:
        return redirect("buergerportal_assistants:step", slug, draft_id, error.step_key)
    except Changed:
        draft = open_draft(placement=placement, draft_id=draft_id, token=token, citizen=citizen)
        return _review_page(request, draft, changed=True)
    except AssistantError as error:
        return excuse(request, placement, draft_id, error)
    grant(request, submitted.case, secret=submitted.secret)
    return redirect("buergerportal_cases:status", submitted.case.number)


@never_cache
@require_http_methods(["GET", "POST"])
@with_draft
def throw_away(request: HttpRequest, draft: OpenDraft) -> HttpResponse:
    """Ask, then delete what was entered."""
    following = draft.evaluation.first_open(draft.done)
    context = {
        "draft": draft,
        "placement": draft.placement,
        "back_url": step_url(draft, following.key) if following else review_url(draft),
    }
    if request.method == "GET":
        return render(request, "buergerportal/assistants/discard.html", context)
    draft_id = draft.row.pk
    discard(draft)
    response = render(request, "buergerportal/assistants/discarded.html", context)
    return take_back(response, draft_id, draft.placement.slug)
