from __future__ import annotations

from django.utils import timezone
from wagtail.models import Site

from wagtail_buergerportal.communes.models import CommuneSettings

from ..models import Case, CaseNumberRange


def next_number(site: Site) -> str:
    """The commune's next case number of this year, e.g. MUS-2026-000123.

    Locks the commune's range until the caller's transaction ends, so that numbers are unique and without gaps. A
    number another commune with the same prefix has taken is passed over: better a gap than an application refused.
    """
    year = timezone.localdate().year
    CaseNumberRange.objects.get_or_create(site=site, year=year)
    numbers = CaseNumberRange.objects.select_for_update().get(site=site, year=year)
    prefix = CommuneSettings.objects.filter(site=site).values_list("case_prefix", flat=True).first() or "XXX"
    while True:
        numbers.last += 1
        number = f"{prefix}-{year}-{numbers.last:06d}"
        if not Case.objects.filter(number=number).exists():
            break
    numbers.save(update_fields=["last"])
    return number
