"""Circuit breaker: a provider that does not answer is left alone for a while, so that nobody waits for it in vain."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from .. import conf
from ..models import ContractBreaker, PaymentContract

_LONGEST = datetime.timedelta(hours=1)


def is_open(contract: PaymentContract) -> bool:
    return _open().filter(contract=contract).exists()


def open_contracts() -> QuerySet[ContractBreaker, int]:
    """Primary keys of the contracts whose providers are left alone now."""
    return _open().values_list("contract_id", flat=True)


@transaction.atomic
def note_failure(contract: PaymentContract, error: str) -> None:
    """Count a call without answer. Once the time is over one call may try; if it fails too, the wait doubles."""
    settings = conf.get()
    ContractBreaker.objects.get_or_create(contract=contract)
    row = ContractBreaker.objects.select_for_update().get(contract=contract)
    row.failures += 1
    row.last_error = error[:300]
    beyond = row.failures - settings.BREAKER_FAILURES
    if beyond >= 0:
        wait = min(_LONGEST, datetime.timedelta(minutes=settings.BREAKER_MINUTES) * 2 ** min(beyond, 10))
        row.open_until = timezone.now() + wait
    row.save()


def note_success(contract: PaymentContract) -> None:
    """The provider answers again."""
    ContractBreaker.objects.filter(contract=contract, failures__gt=0).update(
        failures=0, open_until=None, changed_at=timezone.now()
    )


def _open() -> QuerySet[ContractBreaker]:
    return ContractBreaker.objects.filter(open_until__gt=timezone.now())
