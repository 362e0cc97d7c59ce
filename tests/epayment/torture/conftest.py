from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from wagtail_epayment import outbox
from wagtail_epayment.models import EventKind, PaymentContract
from wagtail_epayment.providers.registry import providers

from . import telling
from .adapter import HouseBankProvider, OldBankProvider
from .bank import SECRET, FakeBank
from .story import Town
from .victim import PROVIDERS

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _banks(monkeypatch, settings):
    """Two more providers for the time of a test."""
    settings.WAGTAIL_EPAYMENT = {"PROVIDERS": PROVIDERS, "ALLOW_SANDBOX": True, "POLL_MINUTES": [1]}
    monkeypatch.setitem(providers._classes, "housebank", HouseBankProvider)
    monkeypatch.setitem(providers._classes, "oldbank", OldBankProvider)


@pytest.fixture
def bank():
    with FakeBank() as fake:
        yield fake


@pytest.fixture
def old_bank():
    """A bank that would send the same refund twice."""
    with FakeBank(is_idempotent=False) as fake:
        yield fake


@pytest.fixture
def told(monkeypatch):
    """Somebody subscribes to everything and writes down what it hears."""
    telling.make_list()
    for kind in EventKind:
        monkeypatch.setitem(outbox._subscribers[kind], telling.TOLD, telling.tell)
    return telling.told


@pytest.fixture
def nobody_works(settings):
    """The task queue takes tasks and no worker runs them."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def contract_with(site, fake, provider="housebank"):
    return PaymentContract.objects.create(
        site=site, provider=provider, label="Bank", credentials={"secret": SECRET}, options={"base_url": fake.url}
    )


def giro_contract(site, giro):
    contract = PaymentContract.objects.create(
        site=site, provider="girocheckout", label="Karte", credentials=giro.credentials(), options=giro.options()
    )
    contract.methods = [contract.methods.model(code="card")]
    contract.save()
    return contract


class Victims:
    """Server processes that may be killed; see ``victim.py``."""

    def __init__(self, process):
        self._process = process
        assert self._read() == "ready"

    def run(self, jobs, *, at_once=2, together=False):
        order = {"jobs": jobs, "at_once": at_once, "together": together}
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self):
        return json.loads(self._process.stdout.readline())


@pytest.fixture(scope="module")
def victims(django_db_setup):
    environment = os.environ | {"TORTURE_DATABASE": connection.settings_dict["NAME"]}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    command = [sys.executable, "-m", "tests.epayment.torture.victim"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as process:
        yield Victims(process)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


@pytest.fixture
def town(site, bank, told):
    return Town(site, contract_with(site, bank))


@pytest.fixture
def people(db):
    users = get_user_model().objects
    return users.create_user("anna"), users.create_user("bernd")
