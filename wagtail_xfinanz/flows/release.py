from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from wagtail_sitekit.people import person_name

from ..errors import FormatNotReady, SamePerson, WrongState
from ..formats import BaseFormat, Header, Line, formats
from ..formats.registry import LEADING
from ..models import Batch, BatchState, FinanceTenant, PostingRecord
from .answers import still_rejected, with_answer
from .equip import equip
from .hand_over import hand_over_released
from .rejected import name_of
from .store import store_file
from .sums import check_sums


@transaction.atomic
def release(batch: Batch, *, by: Any) -> Batch:
    """Person B, never the certifier, orders the batch to be booked (angeordnet).

    Locks the tenant, which puts its releases in a row, then the batch. The gapless number, the hash chain, the
    rendered and validated files and the new state are one transaction: all of it exists or nothing. Raises
    WrongState, SamePerson, Tampered, FormatInvalid or TextNotWritable, or FormatNotReady if the file the tenant's
    finance system reads could not be made.
    """
    tenant = FinanceTenant.objects.select_for_update().get(pk=batch.tenant_id)
    batch = Batch.objects.select_for_update(of=("self",)).select_related("certified_by").get(pk=batch.pk)
    _may_release(batch, by)
    check_sums(batch)
    _check_replaced(batch)
    _check_reversed(batch)
    _sign(batch, tenant, by)
    header = header_of(batch, tenant)
    with translation.override("de"):
        for cls in formats.enabled():
            file_format = equip(cls, tenant)
            if reason := file_format.not_ready():
                _may_do_without(cls, tenant, reason)
            else:
                written = store_file(batch, file_format, header=header, lines=lines_of(batch))
                if cls.name == LEADING:
                    batch.content_hash = written.sha256
    batch.save()
    log(instance=batch, action="wagtail_xfinanz.release", user=by)
    hand_over_released(batch)
    return batch


def _may_do_without(cls: type[BaseFormat], tenant: FinanceTenant, reason: str) -> None:
    if cls.name == tenant.default_format:
        raise FormatNotReady(reason)


def _may_release(batch: Batch, by: Any) -> None:
    if batch.state != BatchState.CERTIFIED:
        raise WrongState(
            _("Only certified batches can be released; this one is: %(state)s.") % {"state": batch.get_state_display()}
        )
    if batch.certified_by_id == by.pk:
        raise SamePerson(_("You certified this batch yourself. Another person has to release it."))


def _check_replaced(batch: Batch) -> None:
    """Raises WrongState if the finance system may have a posting after all that this batch posts anew."""
    replaced = PostingRecord.objects.filter(replacement__batch=batch)
    doubtful = replaced.exclude(pk__in=still_rejected(replaced).order_by().values("pk")).select_related("batch").first()
    if doubtful is not None:
        raise WrongState(
            _("The finance system has given another answer to posting %(name)s meanwhile. Discard this draft.")
            % {"name": name_of(doubtful)}
        )


def _check_reversed(batch: Batch) -> None:
    """Raises WrongState if the batch takes back what the finance system has rejected, and does not post it anew."""
    reversed_ones = PostingRecord.objects.filter(reversal__batch=batch).exclude(
        replacement__isnull=False, replacement__batch=batch
    )
    rejected = with_answer(reversed_ones).filter(answer=False).select_related("batch").first()
    if rejected is not None:
        raise WrongState(
            _("The finance system has rejected posting %(name)s: there is nothing to take back. Discard this draft.")
            % {"name": name_of(rejected)}
        )


def _sign(batch: Batch, tenant: FinanceTenant, by: Any) -> None:
    mine = Batch.objects.filter(tenant=tenant)
    last = mine.filter(budget_year=batch.budget_year).aggregate(number=Max("number"))["number"] or 0
    previous = mine.exclude(chain_position=None).order_by("-chain_position").first()
    batch.number = last + 1
    batch.chain_position = previous.chain_position + 1 if previous and previous.chain_position else 1
    batch.previous_hash = previous.content_hash if previous else ""
    batch.state = BatchState.RELEASED
    batch.released_by, batch.released_at = by, timezone.now()


def header_of(batch: Batch, tenant: FinanceTenant) -> Header:
    """What the files say about the batch as a whole. Raises WrongState for a batch that is not fully signed."""
    if not (batch.number and batch.certified_by and batch.certified_at and batch.released_by and batch.released_at):
        raise WrongState(_("This batch is not certified and released."))
    return Header(
        tenant_number=tenant.number,
        tenant_name=tenant.name,
        budget_year=batch.budget_year,
        number=batch.number,
        created_at=batch.created_at,
        certified_by=person_name(batch.certified_by),
        certified_at=batch.certified_at,
        released_by=person_name(batch.released_by),
        released_at=batch.released_at,
        previous_hash=batch.previous_hash,
        count=batch.count,
        payments=batch.postings.order_by().values("entry").distinct().count(),
        total_cents=batch.total_cents,
        sums=tuple(batch.sums.items()),
    )


def lines_of(batch: Batch) -> Iterator[Line]:
    for record in batch.postings.order_by("sequence").iterator(chunk_size=500):
        yield Line(record.sequence, record.posting)
