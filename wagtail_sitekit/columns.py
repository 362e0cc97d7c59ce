"""Columns for the lists of the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.template.defaultfilters import yesno
from django.utils.text import capfirst
from wagtail.admin.ui.tables import Column


class YesNoColumn(Column):
    """A boolean field in words of the reader's language; by itself Wagtail writes True and False in every one."""

    def __init__(self, model: type[Model], name: str) -> None:
        field: Any = model._meta.get_field(name)
        super().__init__(name, label=capfirst(field.verbose_name), sort_key=name)

    def get_value(self, instance: Any) -> str:
        return str(yesno(super().get_value(instance)))
