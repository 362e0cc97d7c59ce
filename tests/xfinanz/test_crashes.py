"""A server is killed (SIGKILL) at every boundary it crosses while it books; afterwards the books are whole.

To the boundaries of victim.py comes one before every posting written into a file. The moment after one is the moment
before the next. Needs PostgreSQL: runs through tests/postgres, or with DATABASE_URL set.
"""

from __future__ import annotations

import errno
import itertools
import os
import signal
import sys
import tempfile

import pytest
from django.db import connection

from tests.forks import Child
from tests.xfinanz.many import paid_orders
from tests.xfinanz.victim import Victim
from wagtail_epayment.models import LedgerEntry
from wagtail_xfinanz.errors import BookkeepingError
from wagtail_xfinanz.flows import certify, collect, export, gather, release, reverse, verify
from wagtail_xfinanz.models import FINAL, Batch, BatchFile, BatchState, PostingRecord

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("sqlite" in connection.settings_dict["ENGINE"], reason="the claim is about PostgreSQL"),
]
FORMATS = {"kassenbuch", "csv"}
DONE, REFUSED = 0, 3
release_module = sys.modules["wagtail_xfinanz.flows.release"]
store_module = sys.modules["wagtail_xfinanz.flows.store"]


@pytest.fixture(autouse=True)
def _on_disk(monkeypatch, tmp_path):
    """Even small files go through the disk, into a directory that can be looked into."""
    monkeypatch.setattr(store_module, "_IN_MEMORY", 100)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def begin(work, kill_at=0, gate=None):
    """Let the work be done in a process of its own, behind the gate if there is one."""

    def live(victim):
        connection.ensure_connection()
        if gate:
            os.close(gate[1])
            os.read(gate[0], 1)
        lines_of = release_module.lines_of
        release_module.lines_of = lambda batch: map(victim.before(lambda line: line), lines_of(batch))
        victim.beware()
        try:
            work()
        except BookkeepingError:
            return REFUSED
        return DONE

    return Child(lambda: live(Victim(kill_at)))


def end(child):
    """What became of it."""
    return {DONE: "done", REFUSED: "refused", -signal.SIGKILL: "killed"}[child.end()]


def die_everywhere(prepare, act, is_done, check):
    """Let ``act`` die at its 1st, 2nd, 3rd … boundary until it gets through; how many there were."""
    target = None
    for point in itertools.count(1):
        target = prepare() if target is None else target
        outcome = end(begin(lambda: act(target), point))  # noqa: B023
        check()
        if outcome == "done":
            return point - 1
        assert outcome == "killed"
        if is_done(target):
            target = None
    raise AssertionError


@pytest.fixture
def town(site, tenant, anna, bernd, later, tmp_path):
    return Town(site, tenant, anna, bernd, later, tmp_path)


class Town:
    def __init__(self, site, tenant, anna, bernd, later, folder):
        self.site, self.tenant, self.anna, self.bernd = site, tenant, anna, bernd
        self.later, self.folder = later, folder

    def draft(self):
        paid_orders(self.site, 1, items=3)
        (batch,) = collect(self.tenant, by=self.anna, cut_off=self.later).batches
        return batch

    def certified(self):
        return certify(self.draft(), by=self.anna)

    def released(self):
        return release(self.certified(), by=self.bernd)

    def check(self):
        """Numbers without gap, one chain, every payment in one batch or still open, no file without its batch."""
        assert list(verify(self.tenant)) == []
        numbers = [batch.number for batch in Batch.objects.filter(state__in=FINAL).order_by("number")]
        assert numbers == list(range(1, len(numbers) + 1))
        booked = PostingRecord.objects.filter(reverses=None).exclude(reversal__batch__state__in=FINAL)
        keys = list(booked.values_list("entry", "item", "part"))
        assert len(set(keys)) == len(keys)
        booked_entries = {entry for entry, *_rest in keys}
        still_open = {found.entry.pk for found in gather(self.tenant, cut_off=self.later)}
        assert booked_entries.isdisjoint(still_open)
        assert booked_entries | still_open == set(LedgerEntry.objects.values_list("pk", flat=True))
        for batch in Batch.objects.prefetch_related("files"):
            assert {kept.format for kept in batch.files.all()} == (FORMATS if batch.is_final else set())
            assert batch.count == batch.postings.count() > 0
        assert list(self.folder.iterdir()) == []


def _in(*states):
    return lambda batch: Batch.objects.get(pk=batch.pk).state in states


def test_collecting(town):
    points = die_everywhere(
        lambda: paid_orders(town.site, 1, items=3) or LedgerEntry.objects.latest("pk"),
        lambda _entry: collect(town.tenant, by=town.anna, cut_off=town.later),
        lambda entry: entry.postings.exists(),
        town.check,
    )
    assert points > 10
    assert not list(gather(town.tenant, cut_off=town.later))


def test_certifying(town):
    points = die_everywhere(
        town.draft, lambda batch: certify(batch, by=town.anna), _in(BatchState.CERTIFIED), town.check
    )
    assert points > 5


def test_releasing(town):
    points = die_everywhere(
        town.certified, lambda batch: release(batch, by=town.bernd), _in(BatchState.RELEASED), town.check
    )
    # Two files of three postings each, opened, filled, read back and kept, among other things.
    assert points > 30
    assert Batch.objects.filter(state=BatchState.RELEASED).exists()


def test_exporting(town):
    points = die_everywhere(
        town.released,
        lambda batch: export(batch, file_format="kassenbuch", by=town.bernd),
        _in(BatchState.EXPORTED),
        town.check,
    )
    assert points > 5
    batch = Batch.objects.filter(state=BatchState.EXPORTED).first()
    assert batch.deliveries.count() == 1


def test_reversing(town):
    points = die_everywhere(
        town.released,
        lambda batch: reverse(batch, by=town.anna, reason="falsch"),
        lambda batch: PostingRecord.objects.filter(reverses__batch=batch).exists(),
        town.check,
    )
    assert points > 8
    for draft in Batch.objects.filter(state=BatchState.DRAFT):
        release(certify(draft, by=town.anna), by=town.bernd)
        town.check()


@pytest.mark.parametrize("kills", [(0, 0, 0, 0), (0, 10, 0, 28), (8, 20, 30, 0)])
def test_several_release_at_the_same_moment_and_some_die(town, kills):
    batches = [town.certified() for _kill in kills]
    gate = os.pipe()
    children = [
        begin(lambda b=batch: release(b, by=town.bernd), kill, gate) for batch, kill in zip(batches, kills, strict=True)
    ]
    for side in gate:
        os.close(side)
    outcomes = [end(child) for child in children]
    town.check()
    assert outcomes == ["killed" if kill else "done" for kill in kills]
    for batch, kill in zip(batches, kills, strict=True):
        if kill:
            release(batch, by=town.bernd)
    town.check()


def test_two_people_release_one_batch_and_the_first_dies(town):
    batch = town.certified()
    gate = os.pipe()
    children = [begin(lambda: release(batch, by=town.bernd), kill, gate) for kill in (0, 30, 0)]
    for side in gate:
        os.close(side)
    outcomes = sorted(end(child) for child in children)
    assert outcomes.count("done") == 1
    town.check()
    assert BatchFile.objects.count() == len(FORMATS)


def test_a_full_disk_leaves_nothing_half(town, monkeypatch):
    batch = town.certified()
    with monkeypatch.context() as patched:
        # What the kernel says when there is no space left.
        patched.setattr(tempfile, "TemporaryFile", lambda *_args, **_options: open("/dev/full", "w+b"))  # noqa: SIM115
        with pytest.raises(OSError) as caught:
            release(batch, by=town.bernd)
    assert caught.value.errno == errno.ENOSPC
    town.check()
    batch.refresh_from_db()
    assert (batch.state, batch.number, BatchFile.objects.count()) == (BatchState.CERTIFIED, None, 0)
    assert release(batch, by=town.bernd).number == 1
    town.check()
