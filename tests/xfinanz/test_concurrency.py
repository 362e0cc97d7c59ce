"""Two people, two processes, one moment; on the database of the settings, and by tests/postgres on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.races import at_once
from tests.xfinanz.factories import number_range, pay
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.errors import BookkeepingError
from wagtail_xfinanz.flows import allocate, certify, collect, export, release, verify
from wagtail_xfinanz.models import Batch, BatchFile, PostingRecord

pytestmark = pytest.mark.django_db(transaction=True)


def refused(results):
    return [result for result in results if isinstance(result, BookkeepingError)]


@pytest.fixture
def certified(tenant, site, anna, later):
    """Four certified batches of one year."""
    batches = []
    for number in range(4):
        order = create_order(site=site, purpose=f"{number}", items=[NewItem("x", 100, posting_key="sperrgut")])
        pay(order, 100)
        (batch,) = collect(tenant, by=anna, cut_off=later).batches
        batches.append(certify(batch, by=anna))
    return batches


def test_different_batches_released_at_once_have_no_gap_and_one_chain(certified, tenant, bernd):
    results = at_once(4, lambda index: release(certified[index], by=bernd))
    assert sorted(batch.number for batch in results) == [1, 2, 3, 4]
    assert list(verify(tenant)) == []


def test_one_batch_released_twice_at_once_is_released_once(certified, tenant, bernd):
    results = at_once(3, lambda _: release(certified[0], by=bernd), expected=BookkeepingError)
    assert len(refused(results)) == 2
    assert Batch.objects.exclude(number=None).count() == 1
    assert BatchFile.objects.filter(format="kassenbuch").count() == 1
    assert list(verify(tenant)) == []


def test_two_collections_at_once_post_each_payment_once(tenant, site, anna, bernd, later):
    for number in range(5):
        pay(create_order(site=site, purpose=f"{number}", items=[NewItem("x", 1, posting_key="sperrgut")]), 1)
    at_once(3, lambda _: collect(tenant, by=anna, cut_off=later), expected=BookkeepingError)
    assert PostingRecord.objects.count() == 5
    assert Batch.objects.count() == 1


def test_two_people_certifying_at_once_are_not_both_certifiers(tenant, paid, anna, bernd, later):
    (batch,) = collect(tenant, by=anna, cut_off=later).batches
    results = at_once(2, lambda index: certify(batch, by=(anna, bernd)[index]), expected=BookkeepingError)
    assert len(refused(results)) == 1


def test_exporting_at_once_marks_one_exporter(certified, anna, bernd):
    batch = release(certified[0], by=bernd)
    files = at_once(3, lambda _: export(batch, file_format="csv", by=anna))
    assert len({kept.sha256 for kept in files}) == 1


def test_a_number_range_under_load_gives_no_number_twice(tenant, site):
    number_range(tenant)
    given = at_once(4, lambda _: [allocate(site_id=site.pk) for _number in range(5)])
    numbers = [number for some in given for number in some]
    assert len(set(numbers)) == 20
    assert tenant.ranges.get().counter_next == 21
