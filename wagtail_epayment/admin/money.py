"""Money at the edge of the admin: euros for people, whole cents for the program."""

from __future__ import annotations

from typing import Any

from django import forms
from wagtail.admin.ui.tables import Column

from wagtail_sitekit.money import format_money, to_decimal


class EuroField(forms.DecimalField):
    """Takes "12,50" in the language of the person and gives 1250; shows cents as euros."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 12, "decimal_places": 2, "localize": True, **kwargs})

    def clean(self, value: Any) -> Any:
        euros = super().clean(value)
        return None if euros is None else int(euros.scaleb(2))

    def prepare_value(self, value: Any) -> Any:
        return to_decimal(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class MoneyColumn(Column):
    """Cents of the row as an amount in its currency."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, classname="w-text-end", **options)

    def get_value(self, instance: Any) -> str:
        return format_money(instance.amount_cents, instance.currency)
