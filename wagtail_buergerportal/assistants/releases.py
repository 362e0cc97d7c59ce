"""Which release citizens meet: the newest of the assistant in their language, else of the original."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Case, Q, QuerySet, When
from django.utils.translation import get_language

from .models import AssistantPlacement, AssistantRelease


def current_release(placement: AssistantPlacement, language: str | None = None) -> AssistantRelease | None:
    """The release to begin with; None as long as nothing is published. One query."""
    return _ordered(placement, language or get_language() or "de").first()


def _ordered(placement: AssistantPlacement, language: str) -> QuerySet[AssistantRelease]:
    assistant = placement.assistant
    in_language = Q(
        assistant__translation_key=assistant.translation_key,
        assistant__locale__language_code__in=_forms_of(language),
    )
    return (
        AssistantRelease.objects.filter(
            Q(assistant=assistant) | in_language,
            assistant__live=True,
        )
        .annotate(rank=Case(When(in_language, then=0), default=1))
        .order_by("rank", "-number")
    )


def _forms_of(language: str) -> Iterable[str]:
    """de-at is served by de too."""
    return {language, language.split("-")[0]}
