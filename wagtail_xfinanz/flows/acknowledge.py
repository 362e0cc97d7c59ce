"""Take in what the finance system says of a batch: all of a file or nothing of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from wagtail_sitekit.crypto import seal_for_site

from ..acknowledgements import Answer, BatchAnswer, acknowledgement_formats
from ..acknowledgements.base import MAX_BYTES
from ..errors import AnswerRefused
from ..models import (
    AcknowledgementImport,
    Batch,
    BatchState,
    DeliveryState,
    EventKind,
    FinanceTenant,
    PostingAcknowledgement,
    PostingRecord,
)
from ..models.acknowledgement import seal_context
from .answered import settle
from .compare_answer import compare
from .trail import tell

SAVE_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did. A file that was imported before changes nothing."""

    source: AcknowledgementImport
    is_repetition: bool = False


def tenant_number_of(data: bytes) -> str:
    """The tenant a file names. Raises AnswerRefused."""
    return acknowledgement_formats.recognise(data).read(data).tenant_number


@transaction.atomic
def acknowledge(tenant: FinanceTenant, *, data: bytes, filename: str, by: Any) -> Taken:
    """Read a file of the tenant's finance system and keep it with all it says.

    Raises AnswerRefused, naming the lines, if the file contradicts itself or the batch. Answers that contradict earlier
    ones are kept beside them and change nothing until somebody decides. Locks the tenant, then the batch.
    """
    tenant = FinanceTenant.objects.select_for_update().get(pk=tenant.pk)
    if len(data) > MAX_BYTES:
        raise AnswerRefused(_("The file is too large."))
    digest = hashlib.sha256(data).hexdigest()
    if known := AcknowledgementImport.objects.filter(tenant=tenant, sha256=digest).first():
        return Taken(known, is_repetition=True)
    file_format = acknowledgement_formats.recognise(data)
    said = file_format.read(data)
    batch = _batch_of(tenant, said)
    answers = compare(said, batch)
    source = AcknowledgementImport(
        tenant=tenant,
        batch=batch,
        format=file_format.name,
        filename=filename[-200:],
        sha256=digest,
        size=len(data),
        sealed=seal_for_site(data, context=seal_context(digest)),
        imported_by=by,
    )
    _keep(source, answers)
    tell(batch, EventKind.ACKNOWLEDGED, by=by, text=_summary(source))
    settle(batch, by=by)
    log(instance=batch, action="wagtail_xfinanz.acknowledge", user=by)
    return Taken(source)


def _batch_of(tenant: FinanceTenant, said: BatchAnswer) -> Batch:
    """The batch, locked. Raises AnswerRefused if it is not the tenant's or has not been handed over."""
    if said.tenant_number != tenant.number:
        message = _("The file is for the tenant “%(theirs)s”, not for “%(ours)s”.")
        raise AnswerRefused(message % {"theirs": said.tenant_number[:40], "ours": tenant.number})
    rows = Batch.objects.select_for_update().filter(tenant=tenant, budget_year=said.budget_year, number=said.number)
    batch = rows.first()
    name = f"{said.budget_year}/{said.number}"
    if batch is None:
        raise AnswerRefused(_("There is no batch %(name)s of this tenant.") % {"name": name})
    if batch.state == BatchState.RELEASED and not batch.deliveries.exclude(state=DeliveryState.FAILED).exists():
        raise AnswerRefused(_("Batch %(name)s has not been handed over yet.") % {"name": name})
    hashes = set(batch.files.values_list("sha256", flat=True))
    if said.file_sha256 and said.file_sha256 not in hashes:
        raise AnswerRefused(
            _("The finance system has read another file than the one of batch %(name)s.") % {"name": name}
        )
    return batch


def _keep(source: AcknowledgementImport, answers: Iterator[tuple[PostingRecord, Answer]]) -> None:
    """Save the file and its answers; what repeats what is known already is only counted."""
    # Keys, not postings: there may be very many, and they need not all be in memory at once.
    kept: list[tuple[int, Answer, bool]] = []
    for record, answer in answers:
        known: bool | None = record.answer  # type: ignore[attr-defined]  # annotated
        if known is answer.accepted:
            source.repeated += 1
            continue
        if known is None:
            source.accepted += answer.accepted
            source.rejected += not answer.accepted
        else:
            source.contradicting += 1
        kept.append((record.pk, answer, known is None))
    source.save()
    for first in range(0, len(kept), SAVE_AT_ONCE):
        PostingAcknowledgement.objects.bulk_create(_row(source, *each) for each in kept[first : first + SAVE_AT_ONCE])


def _row(source: AcknowledgementImport, record: int, answer: Answer, counts: bool) -> PostingAcknowledgement:
    return PostingAcknowledgement(
        record_id=record,
        source=source,
        line=answer.line,
        accepted=answer.accepted,
        code=answer.code[:40],
        text=answer.text[:300],
        counts=counts,
    )


def _summary(source: AcknowledgementImport) -> str:
    return _("%(file)s: %(accepted)s accepted, %(rejected)s rejected, %(contradicting)s contradicting") % {
        "file": source.filename[-120:],
        "accepted": source.accepted,
        "rejected": source.rejected,
        "contradicting": source.contradicting,
    }
