"""Somebody comes back from a login provider."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ..errors import LoginNotOffered
from ..models import Citizen, LoginPolicy
from ..providers import BaseLoginProvider, Identity, providers


def is_offered(provider: BaseLoginProvider, policy: LoginPolicy) -> bool:
    """Whether this commune lets people log in this way; the settings of the installation have the last word."""
    wanted = policy.state_account_allowed if provider.is_state_account else policy.local_allowed
    return wanted and provider.is_usable()


def refuse_unless_offered(slug: str, policy: LoginPolicy) -> BaseLoginProvider:
    """The provider. Raises LoginNotOffered."""
    provider = providers.get(slug)
    if not is_offered(provider, policy):
        raise LoginNotOffered(f'This commune does not offer the login "{slug}".')
    return provider


@transaction.atomic
def arrive(identity: Identity, *, policy: LoginPolicy) -> Citizen:
    """The citizen's row, with the profile as the provider tells it now. Locks the row.

    Raises LoginNotOffered, so that no view can let in who should not be.
    """
    refuse_unless_offered(identity.provider, policy)
    made, __ = Citizen.objects.get_or_create(provider=identity.provider, subject=identity.subject)
    citizen = Citizen.objects.select_for_update().get(pk=made.pk)
    citizen.profile = {**citizen.profile, **identity.profile}
    citizen.last_login_at = timezone.now()
    citizen.save(update_fields=["profile", "last_login_at"])
    return citizen
