"""Drafts: begin, open, save a step, throw away. What people wrote is sealed with a key that only their cookie holds."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from wagtail_buergerportal import conf
from wagtail_buergerportal.identity.levels import satisfies
from wagtail_buergerportal.identity.sessions import CurrentCitizen
from wagtail_sitekit import crypto

from ..definition import Definition, from_json
from ..engine import Checked, Evaluation, evaluate, validate
from ..errors import DraftLost, DraftSubmitted, LoginNeeded, NotOffered
from ..models import AssistantPlacement, Draft
from ..prefill import prefilled
from ..releases import current_release
from .files import files_of


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft with its key and what it says. ``done`` are the steps saved without errors."""

    row: Draft
    key: bytes
    answers: Mapping[str, Any]
    done: frozenset[str]
    definition: Definition
    evaluation: Evaluation

    @property
    def placement(self) -> AssistantPlacement:
        return self.row.placement

    @property
    def token(self) -> str:
        """The key as it lies in the cookie."""
        return base64.urlsafe_b64encode(self.key).decode()


def begin(*, placement: AssistantPlacement, citizen: CurrentCitizen | None, language: str | None = None) -> OpenDraft:
    """A new draft of the current release, filled in from the account where the assistant asks for it.

    Raises NotOffered, LoginNeeded.
    """
    release = current_release(placement, language)
    if release is None or not placement.is_active:
        raise NotOffered("This form is not offered at the moment.")
    check_login(placement, citizen)
    draft = Draft(placement=placement, release=release, citizen=citizen.citizen if citizen else None)
    key = crypto.new_key()
    definition = from_json(release.definition)
    answers = prefilled(definition, citizen)
    _seal(draft, key, answers, frozenset())
    draft.save(force_insert=True)
    return OpenDraft(draft, key, answers, frozenset(), definition, evaluate(definition, answers))


def open_draft(
    *, placement: AssistantPlacement, draft_id: UUID, token: str, citizen: CurrentCitizen | None
) -> OpenDraft:
    """Open a draft. Raises DraftLost, DraftSubmitted, LoginNeeded, NotOffered."""
    row = Draft.objects.select_related("release").filter(pk=draft_id, placement=placement).first()
    if row is None:
        raise DraftLost("There is no such draft.")
    return unlock(row, placement=placement, token=token, citizen=citizen)


def unlock(row: Draft, *, placement: AssistantPlacement, token: str, citizen: CurrentCitizen | None) -> OpenDraft:
    """Read a draft's row with the key from the cookie. Raises like ``open_draft``."""
    key = _key_from(token)
    content = _unseal(row, key)
    if row.submitted_at is not None:
        raise DraftSubmitted("This draft has been sent.")
    if row.updated_at < timezone.now() - timedelta(days=conf.get().DRAFT_DAYS):
        raise DraftLost("This draft is too old.")
    if not placement.is_active:
        raise NotOffered("This form is not offered at the moment.")
    check_login(placement, citizen)
    if row.citizen_id is not None and (citizen is None or citizen.citizen.pk != row.citizen_id):
        raise LoginNeeded(placement.min_level)
    row.placement = placement
    definition = from_json(row.release.definition)
    answers = {**content["answers"], **files_of(row, key)} if _has_files(definition) else content["answers"]
    return OpenDraft(row, key, answers, frozenset(content["done"]), definition, evaluate(definition, answers))


def check_login(placement: AssistantPlacement, citizen: CurrentCitizen | None) -> None:
    """Raises LoginNeeded unless the person is known as surely as the placement demands."""
    if not satisfies(citizen.level if citizen else 0, placement.min_level):
        raise LoginNeeded(placement.min_level)


def check_step(draft: OpenDraft, step_key: str, raw: Mapping[str, Any], *, today: date) -> Checked:
    """Judge what was sent for a step; files are taken from the draft, never from the form."""
    step = draft.evaluation.step(step_key)
    keys = {field.key for field in step.step.fields if field.kind == "file"} if step else set()
    sent = {name: value for name, value in raw.items() if name not in keys}
    return validate(draft.definition, draft.answers, step_key, {**sent, **_kept(draft.answers, keys)}, today=today)


@transaction.atomic
def save_step(draft: OpenDraft, step_key: str, checked: Checked) -> OpenDraft:
    """Keep what will do of a step, even if other answers of it will not; the step is done if all will.

    Locks the draft and reads it again: of two tabs each saves its own step, none undoes the other's.
    Raises DraftLost, DraftSubmitted.
    """
    row = Draft.objects.select_for_update(of=("self",)).select_related("release").filter(pk=draft.row.pk).first()
    if row is None:
        raise DraftLost("There is no such draft.")
    content = _unseal(row, draft.key)
    if row.submitted_at is not None:
        raise DraftSubmitted("This draft has been sent.")
    answers = {key: value for key, value in content["answers"].items() if key not in checked.given}
    answers.update(checked.values)
    done = set(content["done"]) - {step_key}
    if checked.is_valid and not checked.appeared:
        done.add(step_key)
    row.placement = draft.placement
    files = {key: value for key, value in draft.answers.items() if key in _file_keys(draft.definition)}
    _seal(row, draft.key, _without(answers, _file_keys(draft.definition)), frozenset(done))
    row.save(update_fields=["sealed", "updated_at"])
    answers = {**answers, **files}
    return OpenDraft(row, draft.key, answers, frozenset(done), draft.definition, evaluate(draft.definition, answers))


def discard(draft: OpenDraft) -> None:
    """Delete what somebody wrote, at once and for good."""
    draft.row.delete()


def close(row: Draft, key: bytes, *, secret: str | None) -> None:
    """Mark a locked draft as submitted and forget what it said.

    The case's secret takes its place: whoever lost the answer to sending finds it again with the same cookie.
    """
    row.submitted_at = timezone.now()
    _seal(row, key, {}, frozenset(), secret=secret)
    row.save(update_fields=["submitted_at", "sealed", "updated_at"])
    row.uploads.all().delete()


def secret_of(draft_id: UUID, token: str) -> str | None:
    """The secret of the case a submitted draft has become, for the holder of its key."""
    row = Draft.objects.filter(pk=draft_id).exclude(submitted_at=None).first()
    try:
        return _unseal(row, _key_from(token)).get("secret") if row else None
    except DraftLost:
        return None


def _key_from(token: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(token.encode())
    except (binascii.Error, ValueError) as error:
        raise DraftLost("The cookie is damaged.") from error
    if len(key) != 32:
        raise DraftLost("The cookie is missing or damaged.")
    return key


def _seal(
    row: Draft, key: bytes, answers: Mapping[str, Any], done: Iterable[str], *, secret: str | None = None
) -> None:
    content = {"answers": dict(answers), "done": sorted(done), **({"secret": secret} if secret else {})}
    text = json.dumps(content, ensure_ascii=False)
    row.sealed = crypto.seal(text.encode(), key=key, context=f"draft:{row.pk}")


def _unseal(row: Draft, key: bytes) -> dict[str, Any]:
    try:
        return json.loads(crypto.unseal(bytes(row.sealed), key=key, context=f"draft:{row.pk}"))
    except crypto.DecryptionError as error:
        raise DraftLost("This key does not open the draft.") from error


def _file_keys(definition: Definition) -> frozenset[str]:
    return frozenset(field.key for _step, field in definition.questions() if field.kind == "file")


def _has_files(definition: Definition) -> bool:
    return bool(_file_keys(definition))


def _kept(answers: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: answers[key] for key in keys if key in answers}


def _without(answers: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if key not in keys}


def reread(draft: OpenDraft) -> OpenDraft:
    """The draft with the files as they are now."""
    keys = _file_keys(draft.definition)
    answers = {**_without(draft.answers, keys), **files_of(draft.row, draft.key)}
    return OpenDraft(draft.row, draft.key, answers, draft.done, draft.definition, evaluate(draft.definition, answers))
