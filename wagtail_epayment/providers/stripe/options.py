"""What a contract with Stripe says, and what is read from its secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..addresses import check_https

BASE_URL = "https://api.stripe.com"
_KEY = re.compile(r"(?:sk|rk)_(live|test)_\w+", re.ASCII)
_SECRET = re.compile(r"whsec_[\w+/=-]+", re.ASCII)

CREDENTIAL_FIELDS: Mapping[str, str | Promise] = {
    "secret_key": _("secret or restricted key"),
    "webhook_secrets": _("signing secrets of the webhook, one per line"),
}


def base_url(options: Mapping[str, Any]) -> str:
    return str(options.get("base_url") or BASE_URL).rstrip("/")


def is_live_key(key: str) -> bool | None:
    """Whether a key moves real money; None if it has not the form of a key."""
    found = _KEY.fullmatch(key)
    return found[1] == "live" if found else None


def webhook_secrets(credentials: Mapping[str, str]) -> list[str]:
    """The secrets a webhook may be signed with: the present one, and during a change the next one too."""
    lines = [line.strip() for line in credentials.get("webhook_secrets", "").splitlines()]
    return [line for line in lines if line]


def is_webhook_secret(text: str) -> bool:
    return bool(_SECRET.fullmatch(text))


OPTION_FIELDS: Mapping[str, forms.Field] = {
    "account_id": forms.RegexField(
        r"^acct_[A-Za-z0-9]{1,60}$",
        label=_("account id"),
        help_text=_("Begins with acct_; Stripe shows it in the settings of the account."),
    ),
    "portal": forms.RegexField(
        r"^[A-Za-z0-9_.-]{1,40}$",
        label=_("name of this portal at Stripe"),
        required=False,
        help_text=_(
            "Only if several portals or shops use the same account: a short name without spaces. Payments of the "
            "others are then told apart by it."
        ),
    ),
    "base_url": forms.URLField(
        label=_("address of the interface"),
        required=False,
        validators=[check_https],
        assume_scheme="https",
        help_text=_("Empty: Stripe itself. Another address is for tests only."),
    ),
}
