"""Questions answered in words: text, long text, e-mail, telephone."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import phonenumbers
from django.utils.translation import gettext as _

from ...definition import Field
from ..text import clean_text
from .base import Invalid, Kind

TEXT_LENGTH = 200
LONG_LENGTH = 4000
_SHORTEST = 10_000  # Emergency and service numbers reach nobody.
_MAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,190}\.[^\W\d_][\w-]{1,62}")


class Text(Kind):
    name = "text"

    def clean(self, field: Field, given: Any, *, today: date) -> str:
        return clean_text(given, max_length=field.max_length or TEXT_LENGTH)

    def schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "maxLength": field.max_length or TEXT_LENGTH}


class LongText(Kind):
    name = "long_text"

    def clean(self, field: Field, given: Any, *, today: date) -> str:
        return clean_text(given, max_length=field.max_length or LONG_LENGTH, lines=True, pictures=True)

    def schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "maxLength": field.max_length or LONG_LENGTH}


class Email(Kind):
    name = "email"

    def clean(self, field: Field, given: Any, *, today: date) -> str:
        mail = clean_text(given, max_length=254)
        if not _MAIL.fullmatch(mail) or ".." in mail:
            raise Invalid(_("Please enter an e-mail address like name@example.org."))
        return mail

    def schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "format": "email", "maxLength": 254}


class Phone(Kind):
    """Kept as people write it abroad: +49 2151 123456. Numbers without country code are German."""

    name = "phone"

    def clean(self, field: Field, given: Any, *, today: date) -> str:
        text = clean_text(given, max_length=40)
        try:
            number = phonenumbers.parse(text, "DE")
        except phonenumbers.NumberParseException as error:
            raise Invalid(self._how()) from error
        if not phonenumbers.is_possible_number(number) or (number.national_number or 0) < _SHORTEST:
            raise Invalid(self._how())
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    def schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "maxLength": 40}

    def _how(self) -> str:
        return _(
            "Please enter a telephone number like 02151 123456; from abroad with country code, like +31 20 1234567."
        )
