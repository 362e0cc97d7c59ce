"""Numbers of a range that no order has, and why: for the auditor, who asks what became of each. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_epayment.models import PaymentOrder

from .models import KassenzeichenRange

AT_ONCE = 500


class GapCause(models.TextChoices):
    UNUSABLE = "unusable", _("has no valid check digit")
    ELSEWHERE = "elsewhere", _("belongs to an order of another commune")
    MISSING = "missing", _("no order has it")


@dataclass(frozen=True, slots=True)
class Gap:
    counter: int
    reference: str
    cause: GapCause


def gaps(found: KassenzeichenRange) -> Iterator[Gap]:
    """Every number below the next one that is no Kassenzeichen of the tenant's commune. Bounded memory."""
    for start in range(found.counter_start, found.counter_next, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, found.counter_next))
        references = {number: found.reference(number) for number in numbers}
        orders = PaymentOrder.objects.filter(reference__in=[text for text in references.values() if text])
        sites = dict(orders.values_list("reference", "site_id"))
        for number, reference in references.items():
            if cause := _cause(reference, sites, found.tenant.site_id):
                yield Gap(number, reference or "", cause)


def _cause(reference: str | None, sites: dict[str, int], site_id: int) -> GapCause | None:
    if reference is None:
        return GapCause.UNUSABLE
    if reference not in sites:
        return GapCause.MISSING
    return None if sites[reference] == site_id else GapCause.ELSEWHERE
