"""One step of the wizard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from wagtail_buergerportal.identity.sessions import current_citizen

from ..engine import KINDS, ActiveStep, Checked
from ..errors import UploadRefused
from ..flows.drafts import OpenDraft, check_step, reread, save_step
from ..flows.uploads import keep, remove, too_large
from ..prefill import verified_keys
from .fields import FieldView, grouped, view_of
from .opening import review_url, step_url, with_draft
from .receiving import TooMuch, receive

Errors = dict[str, dict[str, str]]


@csrf_exempt  # Checked in _take, after the limits for uploads are set: the check itself would read the form.
@never_cache
@require_http_methods(["GET", "POST"])
@with_draft
def step(request: HttpRequest, draft: OpenDraft, key: str) -> HttpResponse:
    """Show a step, or take in what was filled in. Steps ahead of the first open one cannot be opened."""
    active = draft.evaluation.step(key)
    if active is None or not draft.evaluation.may_open(key, draft.done):
        first = draft.evaluation.first_open(draft.done)
        return redirect(step_url(draft, first.key) if first else review_url(draft))
    if request.method == "GET":
        return _page(request, draft, active)
    try:
        exceeded = receive(request, active)
    except TooMuch:
        return _page(request, draft, active, general=_too_much())
    return _take(request, draft, active, exceeded)


@csrf_protect
def _take(request: HttpRequest, draft: OpenDraft, active: ActiveStep, exceeded: frozenset[str]) -> HttpResponse:
    draft, file_errors = _files(request, draft, active, exceeded)
    raw = {name: request.POST.getlist(name) for name in request.POST}
    checked = check_step(draft, active.key, raw, today=timezone.localdate())
    draft = save_step(draft, active.key, checked)
    if "_upload" in request.POST or "_remove" in request.POST:
        # Only the files were meant; nobody has said yet that the rest is finished.
        if not file_errors:
            return redirect(_again(request, draft, active))
        return _page(request, draft, _now(draft, active), checked, file_errors)
    errors = {**checked.errors, **file_errors}
    if errors:
        return _page(request, draft, _now(draft, active), checked, errors)
    if checked.appeared:
        return _page(request, draft, _now(draft, active), checked, appeared=True)
    return redirect(_following(request, draft, active))


def _files(
    request: HttpRequest, draft: OpenDraft, active: ActiveStep, exceeded: frozenset[str]
) -> tuple[OpenDraft, Errors]:
    """Keep and remove files; returns the draft with them and what was wrong, by field."""
    errors: Errors = {}
    fields = [field for field in active.fields if field.kind == "file"]
    if not fields:
        return draft, errors
    if removed := request.POST.get("_remove"):
        remove(draft, removed)
    for field in fields:
        if field.key in exceeded:
            errors[field.key] = {"": too_large(field)}
        for upload in request.FILES.getlist(field.key):
            try:
                keep(draft, field, upload)
            except UploadRefused as error:
                errors[field.key] = {"": str(error)}
    return reread(draft), errors


def _now(draft: OpenDraft, active: ActiveStep) -> ActiveStep:
    """The step under the answers just saved: questions may have come or gone."""
    return draft.evaluation.step(active.key) or active


def _again(request: HttpRequest, draft: OpenDraft, active: ActiveStep) -> str:
    return step_url(draft, active.key) + ("?von=pruefen" if _from_review(request) else "")


def _following(request: HttpRequest, draft: OpenDraft, active: ActiveStep) -> str:
    if _from_review(request) and draft.evaluation.first_open(draft.done) is None:
        return review_url(draft)
    following = draft.evaluation.next_step(active.key)
    return step_url(draft, following.key) if following else review_url(draft)


def _from_review(request: HttpRequest) -> bool:
    return "pruefen" in (request.GET.get("von"), request.POST.get("_from") if request.method == "POST" else None)


def _too_much() -> str:
    return _(
        "What you sent is more than we can take in at once, so it could not be read. Please shorten your texts or send "
        "fewer and smaller files. What you had saved before is still here."
    )


def _page(
    request: HttpRequest,
    draft: OpenDraft,
    active: ActiveStep,
    checked: Checked | None = None,
    errors: Mapping[str, Mapping[str, str]] | None = None,
    *,
    appeared: bool = False,
    general: str = "",
) -> HttpResponse:
    views = views_of(
        draft, active, checked, errors or {}, verified_keys(draft.definition, draft.answers, current_citizen(request))
    )
    listed = [error for view in views for error in view.errors()]
    place = [item.key for item in draft.evaluation.steps].index(active.key)
    previous = draft.evaluation.previous_step(active.key)
    context: dict[str, Any] = {
        "draft": draft,
        "placement": draft.placement,
        "definition": draft.definition,
        "step": active.step,
        "groups": grouped(views),
        "errors": listed,
        "general": general,
        "appeared": appeared,
        "has_files": any(view.field.kind == "file" for view in views),
        "from_review": not general and _from_review(request),
        "back_url": step_url(draft, previous.key) if previous else "",
        "position": place + 1,
        "total": len(draft.evaluation.steps) + 1,
    }
    status = 413 if general else 422 if listed else 200
    return render(request, "buergerportal/assistants/step.html", context, status=status)


def views_of(
    draft: OpenDraft,
    active: ActiveStep,
    checked: Checked | None,
    errors: Mapping[str, Mapping[str, str]],
    verified: frozenset[str],
) -> list[FieldView]:
    """The step's questions: as typed if something was just sent, else as saved."""
    found = []
    for field in active.fields:
        given = None
        if field.is_question:
            given = checked.given.get(field.key) if checked else None
            if (given is None or field.kind == "file") and field.key in draft.answers:
                kind = KINDS[field.kind]
                stored = draft.answers[field.key]
                given = kind.give(field, stored) if kind.accepts(field, stored) else None
        found.append(view_of(field, given, errors.get(field.key, {}), is_verified=field.key in verified))
    return found
