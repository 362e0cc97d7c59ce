from __future__ import annotations

from django.db import transaction

from ..models import Citizen


@transaction.atomic
def update_profile(citizen: Citizen, changes: dict[str, str]) -> Citizen:
    """Write name and address into the profile. Locks the citizen."""
    row = Citizen.objects.select_for_update().get(pk=citizen.pk)
    row.profile = {**row.profile, **changes}
    row.save(update_fields=["profile"])
    return row
