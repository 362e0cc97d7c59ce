"""Fetch the finance system's answers where its channels lay them down. None is read twice, none deleted unread."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task
from wagtail.log_actions import log

from wagtail_sitekit.crypto import seal_for_site

from ..acknowledgements.base import MAX_BYTES
from ..deliveries.base import AnswerFile, BaseChannel
from ..deliveries.errors import DeliveryError
from ..errors import AnswerRefused, WrongState
from ..models import AcknowledgementImport, DeliveryChannel, FetchedAnswer, FetchedState, FinanceTenant
from ..models.acknowledgement import seal_context
from .acknowledge import acknowledge
from .deliver import open_channel, words
from .reason import stated

logger = logging.getLogger(__name__)

#: So many files of one channel are read in one run; the next run goes on.
AT_ONCE = 200


@dataclass(slots=True)
class Fetched:
    """What a run found. ``troubles``: channels and what was wrong with them, or with one of their files."""

    taken: list[AcknowledgementImport] = field(default_factory=list)
    repeated: int = 0
    refused: list[FetchedAnswer] = field(default_factory=list)
    troubles: list[tuple[DeliveryChannel, str]] = field(default_factory=list)


def fetch_answers() -> Fetched:
    """Ask every active channel that has a folder with answers. Safe to run twice at once.

    Must not run in a transaction of the caller. A channel with trouble does not keep the others waiting.
    """
    result = Fetched()
    rows = DeliveryChannel.objects.filter(is_active=True).select_related("tenant__site").order_by("pk")
    for channel in rows:
        if not channel.options.get("answers_folder"):
            continue
        before = len(result.troubles)
        _fetch(channel, result)
        error = " ".join(told for _channel, told in result.troubles[before:])
        now = timezone.now()
        DeliveryChannel.objects.filter(pk=channel.pk).update(answers_fetched_at=now, answers_error=error[:300])
    return result


@task()
def fetch_answers_task() -> None:
    fetch_answers()


def _fetch(channel: DeliveryChannel, result: Fetched) -> None:
    try:
        with open_channel(channel) as opened:
            known, files = _known(channel), list(opened.answers())
            for found in [each for each in files if _key(each) not in known][:AT_ONCE]:
                _read(channel, opened, found, result)
            for found in files:
                # One that a run before has taken in and could not remove.
                if known.get(_key(found)) == FetchedState.TAKEN:
                    _remove(channel, opened, found, result)
    except Exception as error:
        # Not logged with its text: that may hold what the channel keeps secret.
        logger.warning("Channel %s cannot be asked for answers: %s", channel.pk, type(error).__name__)
        result.troubles.append((channel, words(error, channel)))


def _read(channel: DeliveryChannel, opened: BaseChannel, found: AnswerFile, result: Fetched) -> None:
    try:
        data = opened.read_answer(found) if found.size <= MAX_BYTES else b""
    except PermissionError as error:
        # Of this file alone: those after it have to be read.
        told = _("“%(name)s” cannot be read: %(error)s")
        result.troubles.append((channel, told % {"name": _name(found), "error": words(error, channel)}))
        return
    if data is None:
        return  # It is still being written: the next run sees it.
    kept, is_repetition = _keep(channel, found, data)
    if kept is None:
        return  # Another run was faster.
    if kept.source is None:
        result.refused.append(kept)
        return
    if is_repetition:
        result.repeated += 1
    else:
        result.taken.append(kept.source)
    _remove(channel, opened, found, result)


def _remove(channel: DeliveryChannel, opened: BaseChannel, found: AnswerFile, result: Fetched) -> None:
    if not channel.options.get("remove_answers"):
        return
    try:
        opened.remove_answer(found)
    except (DeliveryError, OSError) as error:
        # It is taken in all the same, and the files after it have to be read.
        told = _("“%(name)s” is taken in, but cannot be removed: %(error)s")
        result.troubles.append((channel, told % {"name": _name(found), "error": words(error, channel)}))


@transaction.atomic
def _keep(channel: DeliveryChannel, found: AnswerFile, data: bytes) -> tuple[FetchedAnswer | None, bool]:
    """Take the file in, or keep it beside with the reason. Locks the tenant; None if it has been read meanwhile."""
    tenant = FinanceTenant.objects.select_for_update().get(pk=channel.tenant_id)
    name, size, modified = _key(found)
    row = FetchedAnswer(channel=channel, name=name, size=size, modified=modified)
    if FetchedAnswer.objects.filter(channel=channel, name=name, size=size, modified=modified).exists():
        return None, False
    is_repetition = _take_in(row, tenant, data, by=None)
    row.save()
    if row.state == FetchedState.TAKEN:
        older = FetchedAnswer.objects.filter(channel=channel, name=row.name, state=FetchedState.REFUSED)
        older.update(state=FetchedState.SUPERSEDED)
    return row, is_repetition


def _take_in(row: FetchedAnswer, tenant: FinanceTenant, data: bytes, *, by: Any) -> bool:
    """Set on the row what became of the file; returns whether it had been imported before."""
    if row.size > MAX_BYTES:
        row.state, row.error = FetchedState.REFUSED, _("The file is too large.")
        return False
    row.sha256 = hashlib.sha256(data).hexdigest()
    try:
        with transaction.atomic():
            taken = acknowledge(tenant, data=data, filename=row.name, by=by)
    except AnswerRefused as error:
        row.state, row.error = FetchedState.REFUSED, str(error)
        row.sealed = seal_for_site(data, context=seal_context(row.sha256))
        return False
    row.state, row.source, row.error, row.sealed = FetchedState.TAKEN, taken.source, "", b""
    return taken.is_repetition


@transaction.atomic
def retry_answer(fetched: FetchedAnswer, *, by: Any) -> FetchedAnswer:
    """Try the kept file again, e.g. after its batch was handed over. Locks the tenant, then the file.

    Raises WrongState.
    """
    row = _refused(fetched)
    if row.size > MAX_BYTES:
        raise WrongState(_("The file is too large."))
    _take_in(row, row.channel.tenant, row.raw, by=by)
    row.save()
    return row


@transaction.atomic
def dismiss_answer(fetched: FetchedAnswer, *, by: Any, reason: str) -> FetchedAnswer:
    """A person says that the file is not needed, and why; it stays kept. Locks the tenant, then the file.

    Raises WrongState, ReasonMissing.
    """
    reason = stated(reason)
    row = _refused(fetched)
    row.state, row.reason = FetchedState.DISMISSED, reason
    row.dismissed_by, row.dismissed_at = by, timezone.now()
    row.save()
    log(instance=row.channel, action="wagtail_xfinanz.dismiss_answer", user=by, data={"file": row.name})
    return row


def _refused(fetched: FetchedAnswer) -> FetchedAnswer:
    FinanceTenant.objects.select_for_update(of=("self",)).get(channels=fetched.channel_id)
    rows = FetchedAnswer.objects.select_for_update(of=("self",)).select_related("channel__tenant")
    row = rows.get(pk=fetched.pk)
    if row.state != FetchedState.REFUSED:
        raise WrongState(_("This file does not wait for a decision any more."))
    return row


def _known(channel: DeliveryChannel) -> dict[tuple[str, int, int], str]:
    """What became of every file that was read, asked for once: files may stay in the folder for years."""
    rows = FetchedAnswer.objects.filter(channel=channel).values_list("name", "size", "modified", "state")
    return {(name, size, modified): state for name, size, modified, state in rows}


def _key(found: AnswerFile) -> tuple[str, int, int]:
    return _name(found), found.size, found.modified


def _name(found: AnswerFile) -> str:
    """As it can be stored: file systems know names that are no text."""
    return found.name.encode("utf-8", "replace").decode()[-200:].replace("\0", "")
