"""What wagtail-localize copies instead of offering it for translation. Called only where it is installed."""

from __future__ import annotations

from importlib import import_module

from .mixins import OfficeMixin, ServicePageMixin

_SAME_IN_EVERY_LANGUAGE = {
    ServicePageMixin: ("leika_key", "review_on", "office"),
    OfficeMixin: ("street", "postal_code", "city", "phone", "email"),
}


def synchronise_fields() -> None:
    """Mark keys, dates and addresses as the same in every language."""
    synchronized = import_module("wagtail_localize.fields").SynchronizedField
    for mixin, names in _SAME_IN_EVERY_LANGUAGE.items():
        mixin.override_translatable_fields = [synchronized(name) for name in names]  # type: ignore[attr-defined]
