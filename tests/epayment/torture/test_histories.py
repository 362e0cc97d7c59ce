"""Random histories of citizen, bank, clerk, clock, poller and a dying server, against the bank's own list of movements.

A run plays the same few histories each time. For more, and new ones each time, say how many:
``TORTURE_HISTORIES=2000 pytest tests/epayment/torture/test_histories.py``.
"""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from .bank import FakeBank
from .books import check_invariants, check_numbers
from .conftest import contract_with
from .histories import Histories

MANY = int(os.environ.get("TORTURE_HISTORIES", "0"))

pytestmark = pytest.mark.skipif(
    "postgresql" in connection.settings_dict["ENGINE"], reason="the rules are the same, SQLite is faster"
)


@pytest.mark.django_db(transaction=True)
def test_no_cent_is_lost_or_invented(site, people):
    clerk, officer = people
    with FakeBank() as bank, FakeBank(is_idempotent=False) as old_bank:
        banks = {False: (bank, contract_with(site, bank)), True: (old_bank, contract_with(site, old_bank, "oldbank"))}
        Histories.world = SimpleNamespace(banks=banks, clerk=clerk, officer=officer, check_all=check_all)
        run_state_machine_as_test(
            Histories,
            settings=settings(
                max_examples=MANY or 30,
                stateful_step_count=30,
                derandomize=not MANY,
                phases=list(Phase) if MANY else [Phase.generate],
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


def check_all():
    check_numbers()
    check_invariants()
