"""The cookie that holds a draft's key: one per draft, out of reach of scripts, sent to this assistant only.

An assistant has an address per language, so the same key is laid down once for each of them: whoever switches the
language on the way goes on with the same draft.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation

from wagtail_buergerportal import conf

from ..flows.drafts import OpenDraft

_PREFIX = "bp_draft_"


def token_of(request: HttpRequest, draft_id: UUID) -> str:
    return dict(tokens_of(request)).get(draft_id, "")


def tokens_of(request: HttpRequest) -> Iterator[tuple[UUID, str]]:
    """Every draft this browser has a key for here."""
    for name, token in request.COOKIES.items():
        if name.startswith(_PREFIX):
            try:
                yield UUID(name.removeprefix(_PREFIX).partition("_")[0]), token
            except ValueError:
                continue


def hand_over(request: HttpRequest, response: HttpResponse, draft: OpenDraft) -> HttpResponse:
    """Give the browser the draft's key."""
    for name, path in _places(draft.row.pk, draft.placement.slug):
        response.set_cookie(
            name,
            draft.token,
            max_age=conf.get().DRAFT_DAYS * 24 * 60 * 60,
            path=path,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response


def take_back(response: HttpResponse, draft_id: UUID, slug: str) -> HttpResponse:
    for name, path in _places(draft_id, slug):
        response.delete_cookie(name, path=path, samesite="Lax")
    return response


def _places(draft_id: UUID, slug: str) -> Iterator[tuple[str, str]]:
    """Name and path of the cookie for every address of the assistant."""
    seen: set[str] = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            path = reverse("buergerportal_assistants:start", args=[slug])
        if path not in seen:
            seen.add(path)
            yield f"{_PREFIX}{draft_id.hex}_{language}", path
