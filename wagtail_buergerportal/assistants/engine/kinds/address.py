"""A postal address in five parts, here or abroad."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ...definition import Field
from ..text import clean_text
from .base import Invalid, Kind, Raw, text_of

_LENGTHS = {"street": 120, "house_number": 20, "postal_code": 12, "city": 100, "country": 60}
_GERMAN = frozenset({"", "deutschland", "germany", "de", "d"})


class Address(Kind):
    """Kept as a dict of its five parts. An empty country is Germany, whose postal codes have five digits."""

    name = "address"
    parts = tuple(_LENGTHS)

    def read(self, field: Field, raw: Raw) -> dict[str, str]:
        whole = raw.get(field.key)
        if isinstance(whole, dict):
            return {part: text_of(whole, part) for part in self.parts}
        return {part: text_of(raw, f"{field.key}-{part}") for part in self.parts}

    def is_blank(self, given: Any) -> bool:
        return not any(text.strip() for part, text in given.items() if part != "country")

    def clean(self, field: Field, given: Any, *, today: date) -> dict[str, str]:
        errors: dict[str, str] = {}
        value: dict[str, str] = {}
        for part, text in given.items():
            try:
                value[part] = clean_text(text, max_length=_LENGTHS[part])
            except Invalid as invalid:
                errors[part] = str(invalid)
        errors = {**self._lacking(value), **errors}
        if "postal_code" not in errors and (wrong := self._wrong_code(value)):
            errors["postal_code"] = wrong
        if errors:
            raise Invalid(parts=errors)
        return value

    def accepts(self, field: Field, value: Any) -> bool:
        return (
            isinstance(value, dict)
            and set(value) == set(self.parts)
            and all(isinstance(text, str) for text in value.values())
            and any(value.values())
        )

    def show(self, field: Field, value: Any) -> str:
        lines = [
            f"{value['street']} {value['house_number']}",
            f"{value['postal_code']} {value['city']}",
            value["country"],
        ]
        return "\n".join(line.strip() for line in lines if line.strip())

    def comparable(self, field: Field, value: Any) -> tuple[str, ...]:
        return (value["postal_code"], value["city"])

    def schema(self, field: Field) -> dict[str, Any]:
        parts = {part: {"type": "string", "maxLength": length} for part, length in _LENGTHS.items()}
        return {"type": "object", "properties": parts, "required": ["street", "house_number", "postal_code", "city"]}

    def _lacking(self, value: dict[str, str]) -> dict[str, str]:
        asked = {
            "street": _("Please enter the street."),
            "house_number": _("Please enter the house number."),
            "postal_code": _("Please enter the postal code."),
            "city": _("Please enter the town."),
        }
        return {part: sentence for part, sentence in asked.items() if not value.get(part)}

    def _wrong_code(self, value: dict[str, str]) -> str:
        if value.get("country", "").casefold() not in _GERMAN:
            return ""
        if re.fullmatch(r"\d{5}", value.get("postal_code", ""), re.ASCII):
            return ""
        return _("A German postal code has five digits. For an address abroad please enter the country.")
