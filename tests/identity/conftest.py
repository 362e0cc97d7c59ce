from __future__ import annotations

import re

import pytest
from django.core.cache import cache

from wagtail_buergerportal.identity.models import LoginPolicy


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def allow_mock(settings):
    settings.WAGTAIL_BUERGERPORTAL = {"ALLOW_MOCK_LOGIN": True}


@pytest.fixture
def policy(site):
    """What Musterstadt offers; a test changes and saves it."""
    return LoginPolicy.objects.create(site=site)


def link_in(mail):
    """The path of the one address in a mail."""
    return re.search(r"https?://[^/\s]+(/\S+)", mail.body)[1]


class Person:
    """Somebody with a mailbox and a browser."""

    email, password = "kim@example.org", "ein-gutes-Passwort-4711"

    def __init__(self, client, mailbox):
        self.client, self.mailbox = client, mailbox

    def registers(self, **changes):
        data = {"first_name": "Kim", "last_name": "Muster", "email": self.email, "password": self.password} | changes
        return self.client.post("/portal/konto/lokal/registrieren/", data)

    def confirms(self, password=None):
        return self.client.post(link_in(self.mailbox[-1]), {"password": password or self.password})

    def logs_in(self, email=None, password=None, **extra):
        data = {"email": email or self.email, "password": password or self.password, **extra}
        return self.client.post("/portal/konto/lokal/anmelden/", data)

    def logs_out(self):
        return self.client.post("/portal/konto/abmelden/")

    def is_in(self):
        return self.client.get("/portal/konto/profil/").status_code == 200


@pytest.fixture
def kim(site, client, mailoutbox):
    return Person(client, mailoutbox)


@pytest.fixture
def member(kim):
    """Kim with a confirmed account, logged out, mailbox empty."""
    kim.registers()
    kim.confirms()
    kim.logs_out()
    kim.mailbox.clear()
    return kim
