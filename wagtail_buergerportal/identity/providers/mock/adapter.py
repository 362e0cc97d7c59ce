from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wagtail_buergerportal import conf

from ...models import AssuranceLevel
from ..base import BaseLoginProvider, Identity
from ..registry import providers
from .persons import PERSONS


@providers.register("mock")
class MockLogin(BaseLoginProvider):
    """Test persons in place of a state account. Not there with DEBUG off unless ALLOW_MOCK_LOGIN is set."""

    label = _("State account (test)")
    description = _(
        "In this demo test persons stand in for the state account. Name and address are taken over only if you go on."
    )
    button = _("With the state account")
    is_state_account = True
    level = AssuranceLevel.SUBSTANTIAL

    def is_usable(self) -> bool:
        return settings.DEBUG or conf.get().ALLOW_MOCK_LOGIN

    def start_url(self) -> str:
        return reverse("buergerportal_identity:mock")

    def persons(self) -> Mapping[str, Mapping[str, str]]:
        return conf.get().MOCK_PERSONS or PERSONS

    def identity_of(self, key: str) -> Identity:
        """Raises KeyError for an unknown person."""
        profile = self.persons()[key]
        verified = frozenset(name for name, value in profile.items() if value)
        return Identity(self.slug, key, self.level, profile, verified)
