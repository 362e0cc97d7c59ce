"""Where the money goes: the commune's account, checked by its check digits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import bic, iban
from stdnum.exceptions import ValidationError as NotValid


class IbanField(forms.CharField):
    """An IBAN as people type it; kept without blanks (ISO 13616)."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return str(iban.validate(text)) if text else ""
        except NotValid as error:
            raise ValidationError(_("This is no valid IBAN: please compare it with your bank statement.")) from error


class BicField(forms.CharField):
    """A BIC (ISO 9362); kept without blanks."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return str(bic.validate(text)) if text else ""
        except NotValid as error:
            raise ValidationError(_("This is no valid BIC: it has 8 or 11 letters and digits.")) from error


def option_fields() -> dict[str, forms.Field]:
    return {
        # 70 characters fit a transfer form and its QR code (EPC069-12).
        "account_holder": forms.CharField(label=_("account holder"), max_length=70),
        "iban": IbanField(label="IBAN", max_length=42),
        "bic": BicField(label="BIC", max_length=14, required=False),
    }
