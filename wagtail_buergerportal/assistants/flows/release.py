"""Publishing makes a release: compiled, numbered, immutable."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max

from ..compile import compile_assistant
from ..errors import ReleaseRefused
from ..models import Assistant, AssistantRelease


@transaction.atomic
def release(assistant: Assistant) -> AssistantRelease:
    """The release of ``assistant`` as it stands; the newest one again if nothing has changed.

    Locks the assistant's row, so that numbers have no gap and no twin. Raises ReleaseRefused.
    """
    refuse_with_errors(assistant)
    definition = compile_assistant(assistant).definition
    Assistant.objects.select_for_update().get(pk=assistant.pk)
    newest = assistant.releases.first()
    digest = definition.content_hash()
    if newest is not None and newest.content_hash == digest:
        return newest
    number = (assistant.releases.aggregate(last=Max("number"))["last"] or 0) + 1
    return AssistantRelease.objects.create(
        assistant=assistant,
        number=number,
        language=definition.language,
        definition=definition.to_json(),
        content_hash=digest,
    )


def refuse_with_errors(assistant: Assistant) -> None:
    """Raises ReleaseRefused naming every error of the preflight."""
    if errors := compile_assistant(assistant).errors:
        raise ReleaseRefused(tuple(problem.sentence for problem in errors))


def release_published(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Receiver of ``wagtail.signals.published``."""
    if isinstance(instance, Assistant):
        release(instance)
