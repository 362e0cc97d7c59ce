"""Two people close one day at one moment; on the database of the settings, and by tests/postgres on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.races import at_once
from tests.xfinanz.closing.conftest import TUESDAY
from tests.xfinanz.factories import pay
from wagtail_xfinanz.errors import BookkeepingError
from wagtail_xfinanz.flows import prepare_day, sign_day, verify
from wagtail_xfinanz.models import ClosingEntry, DailyClosing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("thursday")]


def test_a_day_prepared_twice_at_once_is_prepared_once_with_every_payment(tenant, order, anna, bernd):
    pay(order, 5000)
    pay(order, 750)
    at_once(2, lambda index: prepare_day(tenant, day=TUESDAY, by=(anna, bernd)[index], note="x"))
    assert DailyClosing.objects.count() == 1
    assert ClosingEntry.objects.count() == 2


def test_signing_and_preparing_anew_at_once_never_signs_what_nobody_saw(tenant, paid, anna, bernd):
    closing = prepare_day(tenant, day=TUESDAY, by=anna, note="gesehen")

    def act(index):
        if index:
            return sign_day(closing, by=bernd)
        return prepare_day(tenant, day=TUESDAY, by=anna, note="neu")

    results = at_once(2, act, expected=BookkeepingError)
    assert len([result for result in results if isinstance(result, BookkeepingError)]) == 1
    row = DailyClosing.objects.get()
    assert (row.state, row.note) in [("signed", "gesehen"), ("prepared", "neu")]


def test_a_day_signed_twice_at_once_is_signed_once(tenant, anna, bernd):
    closing = prepare_day(tenant, day=TUESDAY, by=anna)
    results = at_once(2, lambda _: sign_day(closing, by=bernd), expected=BookkeepingError)
    assert len([result for result in results if isinstance(result, BookkeepingError)]) == 1
    assert list(verify(tenant)) == []
