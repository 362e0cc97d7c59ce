"""Any set of payments goes from the ledger into files: nothing lost, nothing added, in order, and it reads back.

``TEST_POSTINGS`` sets how many postings the large set has, e.g. 100000; by default it stays quick.
"""

from __future__ import annotations

import csv
import datetime
import gc
import io
import os
import tracemalloc
from collections import Counter

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.xfinanz.csv.test_profiles import FIXED, FIXED_OPTIONS, profile_of
from tests.xfinanz.factories import account, pay, released, tenant_of
from tests.xfinanz.many import paid_orders
from wagtail_epayment.flows import NewItem, create_order
from wagtail_epayment.models import EntryKind, LedgerEntry
from wagtail_xfinanz.budget import budget_year
from wagtail_xfinanz.flows import certify, collect, release, verify
from wagtail_xfinanz.flows.collect import Draft
from wagtail_xfinanz.formats.base import amount
from wagtail_xfinanz.models import Batch, PostingRecord

pytestmark = pytest.mark.django_db
LARGE = int(os.environ.get("TEST_POSTINGS", "2000"))
NS = {"k": "urn:wagtail-xfinanz:kassenbuch:1"}

LABELS = st.sampled_from(["Äußerst großer Sperrgutübermaßzuschlag " * 3, "Łódź – „Straße“", "x", "=1+1", "a;b", "1\t2"])
DAYS = st.sampled_from(
    [
        datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC),
        datetime.datetime(2026, 12, 31, 22, 59, tzinfo=datetime.UTC),
        datetime.datetime(2026, 12, 31, 23, 0, tzinfo=datetime.UTC),
        datetime.datetime(2027, 1, 1, 0, 0, tzinfo=datetime.UTC),
    ]
)
ITEMS = st.lists(
    st.tuples(LABELS, st.sampled_from([0, 1, 99, 1190, 10**7]), st.integers(1, 3), st.sampled_from([0, 70, 190])),
    min_size=1,
    max_size=3,
).filter(lambda items: any(cents for _label, cents, *_more in items))
#: What is paid and given back, in percent of the order.
MOVES = st.lists(st.tuples(st.sampled_from([100, 100, 50, 130]), st.booleans(), DAYS, DAYS), min_size=1, max_size=2)
ORDERS = st.lists(st.tuples(ITEMS, MOVES), min_size=1, max_size=4)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=ORDERS, is_fixed=st.booleans())
def test_any_payments_reach_the_files_whole(site, home, later, drawn, is_fixed):
    with transaction.atomic():
        _story(site, later, drawn, is_fixed)
        transaction.set_rollback(True)


def _story(site, later, drawn, is_fixed):
    users = get_user_model().objects
    tenant, anna, bernd = tenant_of(site, number="4711"), users.create_user("a"), users.create_user("b")
    for key in ("sperrgut", "verwahrung"):
        account(tenant, key)
    if is_fixed:
        profile_of(tenant, FIXED, **FIXED_OPTIONS | {"encoding": "utf-8"})
    for items, moves in drawn:
        _order(site, items, moves)
    entries = LedgerEntry.objects.filter(order__site=site)
    batches = released(tenant, anna, bernd, cut_off=later)
    booked = Counter()
    for batch in batches:
        records = list(batch.postings.order_by("sequence").select_related("entry"))
        assert [record.sequence for record in records] == list(range(1, batch.count + 1))
        assert {budget_year(record.entry.occurred_at) for record in records} == {batch.budget_year}
        assert batch.total_cents == sum(record.amount_cents for record in records)
        booked.update({record.entry_id: 0 for record in records})
        for record in records:
            booked[record.entry_id] += record.amount_cents
        _kassenbuch(batch, records)
        (_fixed if is_fixed else _csv)(batch, records)
    assert booked == {entry.pk: entry.amount_cents for entry in entries}
    assert list(verify(tenant)) == []


def _order(site, items, moves):
    order = create_order(
        site=site,
        purpose="Größe „L“ – ſchön",
        items=[
            NewItem(label, cents, quantity, tax_permille=tax, posting_key="sperrgut")
            for label, cents, quantity, tax in items
        ],
        payer={"last_name": "Freifrau von und zu " * 4 + "Müller-Żółć"},
    )
    for percent, is_refunded, at, refunded_at in moves:
        cents = order.amount_cents * percent // 100 or 1
        pay(order, cents, at=at)
        if is_refunded:
            pay(order, -cents, kind=EntryKind.REFUND, at=max(at, refunded_at))


def _bytes(batch, name):
    return b"".join(batch.files.get(format=name).stream())


def _kassenbuch(batch, records):
    root = etree.fromstring(_bytes(batch, "kassenbuch"))
    found = [
        (int(node.get("nr")), node.get("art"), node.get("teil"), node.findtext("k:betrag", namespaces=NS),
         node.findtext("k:buchungstag", namespaces=NS), node.findtext("k:text", namespaces=NS))
        for node in root.findall(".//k:buchung", NS)
    ]  # fmt: skip
    assert found == [
        (
            row.sequence,
            row.kind,
            row.part,
            amount(row.amount_cents),
            row.posting.booked_on.isoformat(),
            row.posting.label,
        )
        for row in records
    ]
    assert root.findtext(".//k:summe", namespaces=NS) == amount(batch.total_cents)
    assert root.findtext(".//k:anzahl", namespaces=NS) == str(batch.count)


def _csv(batch, records):
    text = _bytes(batch, "csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text.partition("\r\n")[2], newline=""), delimiter=";"))[:-1]
    assert [(row["Nr"], row["Betrag"].replace(",", "."), row["Text"].lstrip("'")) for row in rows] == [
        (str(row.sequence), amount(row.amount_cents), row.posting.label) for row in records
    ]


def _fixed(batch, records):
    lines = _bytes(batch, "csv").decode().split("\r\n")[1:-2]
    signed = [(-1 if line[12] == "S" else 1) * int(line[2:12]) for line in lines]
    assert signed == [row.amount_cents for row in records]
    assert [line[13:21] for line in lines] == [f"{row.posting.booked_on:%Y%m%d}" for row in records]


class _Queries:
    def __init__(self):
        self.count = 0

    def __call__(self, execute, *args):
        self.count += 1
        return execute(*args)


def _collected(tenant, by, later):
    queries = _Queries()
    tracemalloc.start()
    with connection.execute_wrapper(queries):
        (batch,) = collect(tenant, by=by, cut_off=later).batches
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return batch, queries.count, peak


def test_queries_and_memory_for_many_postings(site, tenant, anna, bernd, later, monkeypatch):
    save = Draft._save
    # Without rubbish that waits for its collection the peak is what is really held.
    monkeypatch.setattr(Draft, "_save", lambda self: (save(self), gc.collect()))
    paid_orders(site, 1000)
    small, few, low = _collected(tenant, anna, later)
    release(certify(small, by=anna), by=bernd)
    paid_orders(site, LARGE)
    batch, many, high = _collected(tenant, anna, later)
    assert batch.count == PostingRecord.objects.filter(batch=batch).count() == LARGE
    # Five questions for each 500 orders, two statements for each 500 postings; SQLite splits one that is long.
    per_500 = 5 + 2 + (7 if connection.vendor == "sqlite" else 0)
    assert many - few <= (LARGE - small.count) / 500 * per_500 + 5
    # What is kept for all orders is their key, nothing else.
    assert high < 1.25 * low + 300 * LARGE
    batch = release(certify(batch, by=anna), by=bernd)
    assert (batch.number, batch.total_cents) == (2, LARGE * 100)
    assert Batch.objects.filter(previous_hash=small.content_hash).count() == 1
    tail = _bytes(batch, "csv")[-60:].decode().splitlines()[-1]
    assert tail.startswith(f"S;{batch.count};{batch.total_cents // 100},00;payment;")
