from __future__ import annotations

from django.db import transaction

from ..models import Citizen
from ..sessions import CurrentCitizen


@transaction.atomic
def update_profile(current: CurrentCitizen, changes: dict[str, str]) -> Citizen:
    """Write name and address into the profile; what the login provider vouches for stays. Locks the citizen."""
    row = Citizen.objects.select_for_update().get(pk=current.citizen.pk)
    row.profile = {**row.profile, **{key: value for key, value in changes.items() if key not in current.verified}}
    row.save(update_fields=["profile"])
    return row


def delete_account(current: CurrentCitizen) -> None:
    """Delete the citizen with profile and password. What was handed in stays with the authority."""
    Citizen.objects.filter(pk=current.citizen.pk).delete()
