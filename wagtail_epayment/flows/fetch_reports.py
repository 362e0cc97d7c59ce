from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass

from django.db.models import Max
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django_tasks import task

from ..errors import PaymentError
from ..failures import log_failure
from ..models import PaymentContract
from ..providers.registry import providers
from .import_report import import_fetched
from .reconcile import reconcile_site

logger = logging.getLogger(__name__)

#: Providers complete their reports for some days; what was there before counts once.
_OVERLAP = datetime.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What asking one contract's provider brought; ``error`` is empty if all went well."""

    contract: PaymentContract
    reports: int = 0
    new_lines: int = 0
    error: str = ""


def fetch_all_reports() -> list[Fetched]:
    """Ask every provider that can be asked for the reports since the last one, then compare what is open everywhere.

    Inactive contracts are asked too: their money may still be on its way. One contract's trouble does not stop
    the others. Safe to run twice at once.
    """
    contracts = PaymentContract.objects.select_related("site").order_by("pk")
    fetched = [fetch_reports(contract) for contract in contracts if _can_be_asked(contract)]
    for site_id in contracts.order_by("site").values_list("site", flat=True).distinct():
        reconcile_site(site_id)
    return fetched


def fetch_reports(contract: PaymentContract) -> Fetched:
    """Ask one provider. What came before an error is kept."""
    reports = new_lines = 0
    try:
        for raw, settlement in providers.for_contract(contract).fetch_settlements(since=_since(contract)):
            imported = import_fetched(contract=contract, raw=raw, settlement=settlement)
            reports += len(imported.reports)
            new_lines += imported.new
    except PaymentError as error:
        logger.warning("Reports of contract %s cannot be fetched: %s", contract.pk, error)
        return Fetched(contract, reports, new_lines, str(error))
    except Exception as error:
        # An adapter's own mistake must not stop the other contracts.
        log_failure(logger, f"Fetching the reports of contract {contract.pk} failed", error)
        return Fetched(contract, reports, new_lines, type(error).__name__)
    return Fetched(contract, reports, new_lines)


@task()
def fetch_reports_task() -> None:
    """The same as ``manage.py epayment_reconcile``, for a scheduler of tasks."""
    fetch_all_reports()


def _can_be_asked(contract: PaymentContract) -> bool:
    enabled = {cls.name: cls for cls in providers.enabled()}
    return contract.provider in enabled and enabled[contract.provider].can.settlement


def _since(contract: PaymentContract) -> datetime.date:
    last = contract.settlement_reports.aggregate(day=Max(Coalesce("period_to", "paid_on", TruncDate("imported_at"))))[
        "day"
    ]
    began = timezone.localdate(contract.created_at)
    return max(last - _OVERLAP, began - _OVERLAP) if last else began - _OVERLAP
