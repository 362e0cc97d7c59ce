"""The work for one payment stays the same, however many wait with it and however many were booked before.

SQLite tells how many steps of its machine it took: the same on every machine, and without statistics of its own it is
the first to go through a whole table.
"""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from tests.xfinanz.many import paid_orders
from wagtail_xfinanz.flows import collect

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts no steps"),
]
COUNTED_IN = 10
AT_ONCE = 20
LEEWAY = 1.3


class Work:
    """Steps the database has made since this began, in tens."""

    def __init__(self):
        self.steps = 0

    def __enter__(self):
        connection.ensure_connection()
        connection.connection.set_progress_handler(self._note, COUNTED_IN)
        return self

    def __exit__(self, *_error):
        connection.connection.set_progress_handler(None, 0)

    def _note(self):
        self.steps += 1
        return 0


@pytest.fixture
def collected(site, tenant, anna, later, monkeypatch):
    """Make so many payments and collect them in small portions; how many steps that took for each."""
    monkeypatch.setattr(import_module("wagtail_xfinanz.flows.gather"), "ORDERS_AT_ONCE", AT_ONCE)

    def collect_(count):
        paid_orders(site, count)
        with Work() as work:
            (batch,) = collect(tenant, by=anna, cut_off=later).batches
        assert batch.count == count
        return work.steps / count

    return collect_


def test_many_payments_are_collected_with_as_little_work_for_each_as_few(collected):
    collected(AT_ONCE)
    few = collected(AT_ONCE)
    assert collected(40 * AT_ONCE) < few * LEEWAY
