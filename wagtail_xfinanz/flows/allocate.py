from __future__ import annotations

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_epayment.models import PaymentOrder

from ..errors import RangeExhausted
from ..models import KassenzeichenRange

logger = logging.getLogger(__name__)


@transaction.atomic
def allocate(*, site_id: int) -> str | None:
    """The next Kassenzeichen of the site's tenant; None if there is no active range.

    Locks the range until the caller's transaction ends: a rolled back order gives its number back, a kept one
    keeps it for ever. Numbers without a valid check digit, or given out before by other means, are skipped.
    Raises RangeExhausted.
    """
    ranges = KassenzeichenRange.objects.filter(tenant__site_id=site_id, tenant__is_active=True, is_active=True)
    found = ranges.select_for_update(of=("self",)).first()
    if found is None:
        return None
    for counter in range(found.counter_next, found.counter_maximum + 1):
        reference = found.reference(counter)
        if reference and not PaymentOrder.objects.filter(reference=reference).exists():
            _take(found, counter)
            return reference
    raise RangeExhausted(
        _("The Kassenzeichen range %(range)s is used up. Add a new range in the menu “Kasse”.") % {"range": found}
    )


def _take(found: KassenzeichenRange, counter: int) -> None:
    found.counter_next = counter + 1
    found.save(update_fields=["counter_next"])
    if found.is_low:
        logger.warning("Kassenzeichen range %s of tenant %s: only %d left.", found, found.tenant_id, found.remaining)
