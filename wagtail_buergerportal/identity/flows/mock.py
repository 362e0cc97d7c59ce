"""Test persons in place of a state account, for demos and tests."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from wagtail_buergerportal import conf

from ..models import Citizen

PERSONS: dict[str, dict[str, str]] = {
    "erika": {
        "first_name": "Erika",
        "last_name": "Mustermann",
        "email": "erika@example.org",
        "street": "Heidestraße",
        "house_number": "17",
        "postal_code": "51147",
        "city": "Köln",
        "birth_date": "1983-08-12",
    },
    "lukasz": {
        "first_name": "Łukasz",
        "last_name": "Świątek-O’Brien",
        "email": "lukasz@example.org",
        "street": "Am Sägewerk",
        "house_number": "3 b",
        "postal_code": "58285",
        "city": "Musterstadt",
        "birth_date": "1971-02-28",
    },
}


def is_allowed() -> bool:
    return settings.DEBUG or conf.get().ALLOW_MOCK_LOGIN


def person(name: str) -> Citizen:
    """The citizen row of a test person. Raises KeyError for an unknown one."""
    profile = PERSONS[name]
    citizen, __ = Citizen.objects.get_or_create(provider="mock", subject=name)
    Citizen.objects.filter(pk=citizen.pk).update(profile=profile, last_login_at=timezone.now())
    citizen.refresh_from_db()
    return citizen
