"""The cookie that holds a draft's key: one per draft, out of reach of scripts, sent to this assistant only."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from wagtail_buergerportal import conf

from ..flows.drafts import OpenDraft

_PREFIX = "bp_draft_"


def token_of(request: HttpRequest, draft_id: UUID) -> str:
    return request.COOKIES.get(f"{_PREFIX}{draft_id.hex}", "")


def tokens_of(request: HttpRequest) -> Iterator[tuple[UUID, str]]:
    """Every draft this browser has a key for here."""
    for name, token in request.COOKIES.items():
        if name.startswith(_PREFIX):
            try:
                yield UUID(name.removeprefix(_PREFIX)), token
            except ValueError:
                continue


def hand_over(request: HttpRequest, response: HttpResponse, draft: OpenDraft) -> HttpResponse:
    """Give the browser the draft's key."""
    response.set_cookie(
        f"{_PREFIX}{draft.row.pk.hex}",
        draft.token,
        max_age=conf.get().DRAFT_DAYS * 24 * 60 * 60,
        path=_path(draft.placement.slug),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


def take_back(response: HttpResponse, draft_id: UUID, slug: str) -> HttpResponse:
    response.delete_cookie(f"{_PREFIX}{draft_id.hex}", path=_path(slug), samesite="Lax")
    return response


def _path(slug: str) -> str:
    return reverse("buergerportal_assistants:start", args=[slug])
