from __future__ import annotations

from django.utils import timezone
from wagtail.models import Site

from wagtail_buergerportal.communes.models import CommuneSettings

from ..models import CaseNumberRange


def next_number(site: Site) -> str:
    """The commune's next case number of this year, e.g. MUS-2026-000123.

    Locks the commune's range until the caller's transaction ends, so that numbers are unique and without gaps.
    """
    year = timezone.localdate().year
    CaseNumberRange.objects.get_or_create(site=site, year=year)
    numbers = CaseNumberRange.objects.select_for_update().get(site=site, year=year)
    numbers.last += 1
    numbers.save(update_fields=["last"])
    return f"{CommuneSettings.for_site(site).case_prefix}-{year}-{numbers.last:06d}"
