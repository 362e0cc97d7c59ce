from __future__ import annotations

import datetime

import pytest

from tests.epayment.reconciliation.conftest import clock

TUESDAY = datetime.date(2026, 11, 24)
WEDNESDAY = datetime.date(2026, 11, 25)
THURSDAY = datetime.date(2026, 11, 26)


def at(day, hour=9):
    return datetime.datetime.combine(day, datetime.time(hour), tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def from_tuesday(settings):
    settings.WAGTAIL_XFINANZ = {**getattr(settings, "WAGTAIL_XFINANZ", {}), "CLOSING_FROM": TUESDAY.isoformat()}


@pytest.fixture
def thursday():
    """The moment of the test: Thursday morning."""
    with clock(at(THURSDAY)):
        yield
