from __future__ import annotations

from typing import Any

from django import forms
from django.db import models

from ..forms import EuroField


class CentsField(models.PositiveBigIntegerField):  # type: ignore[type-arg]
    """Whole cents in the database, euros in forms. A plain integer field to migrations."""

    def formfield(self, *args: Any, **kwargs: Any) -> forms.Field | None:
        kwargs.pop("min_value", None)
        # Not the integer field's own formfield: it would add limits in cents to a field of euros.
        return models.Field.formfield(self, form_class=EuroField, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.PositiveBigIntegerField", args, kwargs
