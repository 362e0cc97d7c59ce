from __future__ import annotations

import datetime

from django.utils import timezone

from ..models import Citizen
from .local import CONFIRM_SECONDS


def purge() -> int:
    """Delete accounts whose address nobody confirmed in time; returns how many."""
    before = timezone.now() - datetime.timedelta(seconds=CONFIRM_SECONDS)
    rows = Citizen.objects.filter(local_account__confirmed_at=None, local_account__created_at__lt=before)
    count = rows.count()
    rows.delete()
    return count
