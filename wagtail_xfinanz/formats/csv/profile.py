from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from ... import conf
from .columns import COLUMNS

ENCODINGS = ("utf-8-sig", "cp1252")


@dataclass(frozen=True, slots=True)
class Profile:
    """How a tenant's importer wants its file."""

    columns: Sequence[str] = tuple(COLUMNS)
    encoding: str = "utf-8-sig"

    def __post_init__(self) -> None:
        unknown = [name for name in self.columns if name not in COLUMNS]
        if unknown:
            raise ImproperlyConfigured(f"Unknown CSV columns {unknown}. Known: {', '.join(COLUMNS)}.")
        if "amount" not in self.columns:
            raise ImproperlyConfigured('A CSV profile needs the column "amount".')
        if self.encoding not in ENCODINGS:
            raise ImproperlyConfigured(f"CSV encoding is one of {', '.join(ENCODINGS)}.")


def profile_for(tenant_number: str) -> Profile:
    """Raises ImproperlyConfigured if the profile cannot work."""
    profiles = conf.get().CSV_PROFILES
    return Profile(**profiles.get(tenant_number, profiles.get("", {})))
