"""Typed settings: one dict per app, read at call time, unknown keys refused with the nearest known name."""

from __future__ import annotations

import difflib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)
else:
    T = TypeVar("T")


def load(setting: str, shape: type[T]) -> T:
    """Return the site's ``setting`` dict as an instance of the dataclass ``shape``.

    Raises ImproperlyConfigured for a key the dataclass does not know.
    """
    given: dict[str, Any] = getattr(settings, setting, {})
    known = [field.name for field in fields(shape)]
    for key in given:
        if key not in known:
            nearest = difflib.get_close_matches(key, known, n=1)
            hint = f' Did you mean "{nearest[0]}"?' if nearest else f" Known: {', '.join(known)}."
            raise ImproperlyConfigured(f'{setting} has no key "{key}".{hint}')
    return shape(**given)
