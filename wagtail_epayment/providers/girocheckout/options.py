"""What a contract with GiroCheckout says: one merchant id, and one project with its password per way of paying."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...errors import ContractNotUsable
from ..addresses import check_https

PAGE_METHOD = "paypage"
METHODS: Mapping[str, str | Promise] = {
    PAGE_METHOD: _("Payment page"),
    "card": _("Credit card"),
    "directdebit": _("Direct debit"),
    "paypal": "PayPal",
    "direktubw": _("Direct bank transfer"),
    "wero": "Wero",
}

#: Both generations of the vendor's servers, live and test (SDK ``AbstractApi::resolveServerBaseUrl``).
BASE_URLS = (
    "https://payment.girosolution.de/girocheckout/api/v2/",
    "https://dev.girosolution.de/girocheckout/api/v2/",
    "https://payment.girocheckout.de/girocheckout/v2/",
    "https://preprod-payment.girocheckout.de/girocheckout/v2/",
)
_LABELS = {"merchant_id": "merchant id", "project_id": "project id", "password": "project password"}


@dataclass(frozen=True, slots=True)
class Project:
    """A project of GiroCockpit: one way of paying and its password."""

    merchant_id: str
    project_id: str
    password: str = field(repr=False)


def password_name(method: str) -> str:
    return f"{method}_password"


def project_id_name(method: str) -> str:
    return f"{method}_project_id"


def project_of(method: str, *, options: Mapping[str, Any], credentials: Mapping[str, str]) -> Project:
    """The project that takes payments of this method. Raises ContractNotUsable naming what is missing."""
    if method not in METHODS:
        raise ContractNotUsable(f'GiroCheckout knows no way of paying "{method}".')
    found = {
        "merchant_id": str(options.get("merchant_id", "")),
        "project_id": str(options.get(project_id_name(method), "")),
        "password": credentials.get(password_name(method), ""),
    }
    missing = ", ".join(gettext(_LABELS[name]) for name, value in found.items() if not value)
    if missing:
        named = {"method": METHODS[method], "missing": missing}
        raise ContractNotUsable(
            gettext("%(method)s: please complete the contract with what GiroCockpit shows: %(missing)s.") % named
        )
    return Project(**found)


def base_url(options: Mapping[str, Any]) -> str:
    return str(options.get("base_url") or BASE_URLS[0]).rstrip("/")


class SuggestingInput(forms.URLInput):
    """An address field that offers the documented ones and takes any other."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        listed = f"{name}-choices"
        field = super().render(name, value, {**(attrs or {}), "list": listed}, renderer)
        choices = format_html_join("", '<option value="{}">', ((url,) for url in BASE_URLS))
        return format_html('{}<datalist id="{}">{}</datalist>', field, listed, choices)


def _number(label: Any, *, required: bool) -> forms.Field:
    return forms.RegexField(r"^[0-9]{1,12}$", label=label, required=required)


OPTION_FIELDS: Mapping[str, forms.Field] = {
    "base_url": forms.URLField(
        label=_("address of the interface"),
        initial=BASE_URLS[0],
        widget=SuggestingInput,
        validators=[check_https],
        assume_scheme="https",
        help_text=_("As GiroCheckout told you; test and live systems have addresses of their own."),
    ),
    "merchant_id": _number(_("merchant id"), required=True),
    **{
        project_id_name(method): _number(format_lazy("{}: {}", label, _("project id")), required=False)
        for method, label in METHODS.items()
    },
    "organization": forms.CharField(
        label=_("organisation shown on the payment page"), required=False, max_length=70, empty_value=""
    ),
}
CREDENTIAL_FIELDS: Mapping[str, str | Promise] = {
    password_name(method): format_lazy("{}: {}", label, _("project password")) for method, label in METHODS.items()
}
