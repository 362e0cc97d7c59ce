from __future__ import annotations

import datetime
import logging
from functools import partial

from django.db import transaction
from django.utils import timezone

from .. import payments, storage
from ..models import Case, CaseDeletion, CaseUpload

logger = logging.getLogger(__name__)

#: A file without a row may belong to a transaction still running.
_ORPHAN_AGE = datetime.timedelta(days=1)


def purge(*, dry_run: bool = False, today: datetime.date | None = None) -> list[str]:
    """Delete ended cases whose time is over; returns their numbers. Open payments hold a case back.

    What remains of each is a line that it was deleted.
    """
    due = Case.objects.filter(purge_on__lte=today or timezone.localdate()).order_by("purge_on")
    found = due.only("pk", "number")
    return [case.number for case in found.iterator(chunk_size=500) if _purge(case, dry_run=dry_run)]


def purge_orphans() -> int:
    """Delete files whose case was never committed; returns how many."""
    count = 0
    for name in storage.older_than(_ORPHAN_AGE):
        if not CaseUpload.objects.filter(storage_name=name).exists():
            storage.forget(name)
            count += 1
    return count


@transaction.atomic
def _purge(found: Case, *, dry_run: bool) -> bool:
    """Locks the case."""
    case = Case.objects.select_for_update().filter(pk=found.pk).exclude(purge_on=None).first()
    if case is None or payments.is_open(case):
        return False
    if not dry_run:
        _delete(case)
    return True


def _delete(case: Case) -> None:
    names = list(case.uploads.values_list("storage_name", flat=True))
    CaseDeletion.objects.create(
        site_id=case.site_id,
        number=case.number,
        service_key=case.service_key,
        received_at=case.created_at,
        closed_at=case.closed_at,
        retention_days=case.retention_days,
    )
    logger.info("Case %s deleted: its retention time is over", case.number)
    case.delete()
    transaction.on_commit(partial(_forget, names), robust=True)


def _forget(names: list[str]) -> None:
    for name in names:
        storage.forget(name)
