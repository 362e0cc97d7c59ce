from __future__ import annotations

import datetime
import logging

from django.db import transaction
from django.utils import timezone

from .. import payments, storage
from ..models import Case

logger = logging.getLogger(__name__)


def purge(*, dry_run: bool = False) -> list[str]:
    """Delete ended cases whose time is over; returns their numbers. Open payments hold a case back."""
    now = timezone.now()
    due = [
        case
        for case in Case.objects.exclude(closed_at=None)
        if case.closed_at + datetime.timedelta(days=case.retention_days) <= now and not payments.is_open(case)
    ]
    if not dry_run:
        for case in due:
            _delete(case)
    return [case.number for case in due]


@transaction.atomic
def _delete(case: Case) -> None:
    names = list(case.uploads.values_list("storage_name", flat=True))
    number = case.number
    case.delete()
    transaction.on_commit(lambda: [storage.forget(name) for name in names])
    logger.info("Case %s deleted: its retention time is over", number)
