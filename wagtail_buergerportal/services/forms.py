"""Editors write euros; the database keeps cents."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from wagtail_sitekit.money import to_decimal


class EuroField(forms.DecimalField):
    """Shows cents as euros and turns euros into cents: 12,50 ↔ 1250."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": Decimal(0), "max_digits": 12, "decimal_places": 2, "localize": True, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return to_decimal(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        euros = super().clean(value)
        return None if euros is None else int(euros * 100)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)
