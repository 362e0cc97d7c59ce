"""From an address to an open draft, or to the page that says why not and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from wagtail.models import Site

from wagtail_buergerportal.cases.models import Case
from wagtail_buergerportal.cases.web.access import grant, status_url
from wagtail_buergerportal.identity.sessions import current_citizen

from ..errors import DraftLost, DraftSubmitted, FeeUnknown, LoginNeeded, NotOffered
from ..flows.drafts import OpenDraft, open_draft, secret_of
from ..models import AssistantPlacement
from .cookies import token_of

Page = Callable[..., HttpResponse]


def placement_for(request: HttpRequest, slug: str) -> AssistantPlacement:
    """The placement of this commune; those of others do not exist here."""
    rows = AssistantPlacement.objects.select_related("assistant__locale", "department", "site")
    found = rows.filter(site=Site.find_for_request(request), slug=slug).first()
    if found is None:
        raise Http404
    return found


def with_draft(page: Page) -> Page:
    """Call ``page(request, draft, ...)`` with the draft of the address open, or answer with the fitting page."""

    @wraps(page)
    def answer(request: HttpRequest, slug: str, draft_id: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
        placement = placement_for(request, slug)
        try:
            draft = open_draft(
                placement=placement,
                draft_id=draft_id,
                token=token_of(request, draft_id),
                citizen=current_citizen(request),
            )
            return page(request, draft, *args, **kwargs)
        except (DraftLost, DraftSubmitted, LoginNeeded, NotOffered, FeeUnknown) as error:
            return excuse(request, placement, draft_id, error)

    return answer


def excuse(request: HttpRequest, placement: AssistantPlacement, draft_id: UUID, error: Exception) -> HttpResponse:
    """The page for everything that keeps a draft from being shown or sent."""
    context = {"placement": placement, "title": placement.assistant.title}
    if isinstance(error, DraftSubmitted):
        return to_case(request, draft_id)
    if isinstance(error, DraftLost):
        known = status_url(request, submission_key=draft_id)
        return redirect(known) if known else _page(request, "lost", context, 410)
    if isinstance(error, LoginNeeded):
        citizen = current_citizen(request)
        here = request.get_full_path() if request.method == "GET" else _start(placement)
        return _page(request, "login", {**context, "login_url": login_url(here), "citizen": citizen}, 403)
    if isinstance(error, FeeUnknown):
        return _page(request, "no_fee", context, 503)
    return _page(request, "not_offered", context, 410)


def to_case(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """To the case a sent draft has become; whoever holds the draft's key may open it."""
    case = Case.objects.filter(submission_key=draft_id, site=Site.find_for_request(request)).first()
    if case is None:
        return redirect("buergerportal_cases:find")
    grant(request, case, secret=secret_of(draft_id, token_of(request, draft_id)))
    return redirect("buergerportal_cases:status", case.number)


def login_url(following: str) -> str:
    return f"{reverse('buergerportal_identity:login')}?{urlencode({'next': following})}"


def step_url(draft: OpenDraft, key: str) -> str:
    return reverse("buergerportal_assistants:step", args=[draft.placement.slug, draft.row.pk, key])


def review_url(draft: OpenDraft) -> str:
    return reverse("buergerportal_assistants:review", args=[draft.placement.slug, draft.row.pk])


def _start(placement: AssistantPlacement) -> str:
    return reverse("buergerportal_assistants:start", args=[placement.slug])


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int) -> HttpResponse:
    return render(request, f"buergerportal/assistants/{name}.html", context, status=status)
