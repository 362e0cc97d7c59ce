from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ...models import AssuranceLevel
from ..base import BaseLoginProvider
from ..registry import providers


@providers.register("local")
class LocalLogin(BaseLoginProvider):
    """E-mail address and password, kept by this portal."""

    label = _("Account of this portal")
    description = _("With e-mail and password. Enough for most requests.")
    button = _("With e-mail and password")
    level = AssuranceLevel.BASIC

    def is_usable(self) -> bool:
        return True

    def start_url(self) -> str:
        return reverse("buergerportal_identity:local_login")
