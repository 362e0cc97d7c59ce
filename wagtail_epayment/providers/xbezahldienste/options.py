"""What a contract over XBezahldienste says besides its secrets."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...errors import ProviderRefused
from .operators import OPERATORS, Auth
from .text import is_name


def is_safe_url(url: str) -> bool:
    """HTTPS; plain HTTP only on the own machine, where it leaves no cable."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname)))


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _check_url(value: str) -> None:
    if not is_safe_url(value):
        raise ValidationError(_("Please give an address that begins with https://."))


def _check_name(value: str) -> None:
    if not is_name(value):
        raise ValidationError(_("At most 36 letters, digits, hyphens and underscores."))


def _check_booking_data(value: str) -> None:
    try:
        read_booking_data(value)
    except ValueError:
        raise ValidationError(_("One entry per line, in the form: name = value")) from None


def _check_certificate(value: str) -> None:
    try:
        ssl.create_default_context(cadata=value)
    except (ssl.SSLError, ValueError):
        raise ValidationError(_("This is not a certificate in PEM form.")) from None


def read_booking_data(text: str) -> dict[str, str]:
    """Lines "Haushaltsstelle = 1234" as a map. Raises ValueError for a line without name or value."""
    found = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, value = (part.strip() for part in line.split("=", 1))
        if not name or not value:
            raise ValueError(line)
        found[name] = value
    return found


_AUTH_LABELS = {
    Auth.OAUTH2: _("OAuth 2 (client id and secret)"),
    Auth.MTLS_PEM: _("client certificate and key as text (PEM)"),
    Auth.MTLS_P12: _("client certificate as a .p12 file"),
    Auth.BASIC: _("user name and password"),
}

OPTION_FIELDS: Mapping[str, forms.Field] = {
    "operator": forms.ChoiceField(
        label=_("payment service"),
        choices=[*((code, one.label) for code, one in OPERATORS.items()), ("other", _("another one"))],
    ),
    "auth": forms.ChoiceField(
        label=_("how we log in there"),
        required=False,
        choices=[("", _("as usual for this payment service")), *((auth.value, _AUTH_LABELS[auth]) for auth in Auth)],
    ),
    "base_url": forms.CharField(
        label=_("address of the interface"),
        required=False,
        max_length=500,
        validators=[_check_url],
        help_text=_("Up to the part before /paymenttransaction. Empty: the test system of the payment service."),
    ),
    "token_url": forms.CharField(
        label=_("address for OAuth tokens"),
        required=False,
        max_length=500,
        validators=[_check_url],
        help_text=_("Empty: as usual for this payment service, else auth/token below the address of the interface."),
    ),
    "originator_id": forms.CharField(
        label=_("originator ID (online service)"), max_length=36, validators=[_check_name]
    ),
    "endpoint_id": forms.CharField(label=_("endpoint ID (authority)"), max_length=36, validators=[_check_name]),
    "booking_data": forms.CharField(
        label=_("booking data for every item"),
        required=False,
        max_length=4000,
        validators=[_check_booking_data],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "One entry per line, e.g.: Haushaltsstelle = 1.2345. {posting_key} and {reference} are filled in. "
            "What an item says itself goes first."
        ),
    ),
    "ca_certificate": forms.CharField(
        label=_("certificate of the authority that issued the server's certificate"),
        required=False,
        max_length=20_000,
        validators=[_check_certificate],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only if the payment service does not use a public one (PEM). Then no other is accepted."),
    ),
}


@dataclass(frozen=True, slots=True)
class Options:
    """A contract's options with the operator's usual values filled in."""

    auth: Auth
    base_url: str
    token_url: str
    originator_id: str
    endpoint_id: str
    booking_data: Mapping[str, str]
    ca_certificate: str

    @classmethod
    def of(cls, given: Mapping[str, Any], *, is_live: bool) -> Options:
        """Raises ProviderRefused naming what is missing: nothing can have been sent."""
        usual = OPERATORS.get(str(given.get("operator", "")))
        base = str(given.get("base_url") or ("" if is_live or usual is None else usual.test_url)).rstrip("/")
        # The operator's usual token address belongs to its test system only.
        usual_token = usual.token_url if usual and not given.get("base_url") and not is_live else ""
        token = str(given.get("token_url") or usual_token or f"{base}/auth/token")
        names = [str(given.get(name, "")) for name in ("originator_id", "endpoint_id")]
        if not is_safe_url(base) or not is_safe_url(token):
            raise ProviderRefused(gettext("The contract has no address of the interface that begins with https://."))
        if not all(map(is_name, names)):
            raise ProviderRefused(gettext("The contract needs an originator ID and an endpoint ID."))
        return cls(
            auth=auth_of(given),
            base_url=base,
            token_url=token,
            originator_id=names[0],
            endpoint_id=names[1],
            booking_data=read_booking_data(str(given.get("booking_data") or "")),
            ca_certificate=str(given.get("ca_certificate") or ""),
        )


def auth_of(given: Mapping[str, Any]) -> Auth:
    """How to log in: as the contract says, else as usual for its operator."""
    usual = OPERATORS.get(str(given.get("operator", "")))
    return Auth(given.get("auth") or (usual.auth if usual else Auth.OAUTH2))
