"""What the daily closing, the auditor and the database know of rejected postings."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from wagtail_xfinanz.audit.trace import with_trace
from wagtail_xfinanz.budget import local_day
from wagtail_xfinanz.closing.posted import differences
from wagtail_xfinanz.flows import (
    collect,
    discard,
    post_anew,
    verify,
)
from wagtail_xfinanz.models import Batch, BatchState, PostingRecord, RejectionDecision

pytestmark = pytest.mark.django_db


def codes(entry):
    entries = type(entry).objects.filter(pk=entry.pk)
    return {found["code"] for found in differences(entries, earlier=entries.none())}


def test_the_daily_closing_understands_it(express, exported, tenant, anna, later, quittung, answer, next_batch):
    assert codes(express.entry) == {"rejected"}
    post_anew(express, by=anna, reason="x")
    (draft,) = collect(tenant, by=anna, cut_off=later).batches
    assert codes(express.entry) == {"rejected"}
    discard(draft, by=anna)
    batch = next_batch()
    assert codes(express.entry) == {"unanswered"}
    answer(quittung(batch))
    assert codes(express.entry) == set()


def test_the_auditor_follows_it_from_one_batch_into_the_other(express, paid, anna, next_batch):
    post_anew(express, by=anna, reason="Konto war gesperrt")
    batch = next_batch()
    (entry,) = with_trace(paid.pk).entries.all()
    by_name = {str(row.batch): row for row in entry.postings.all() if row.item_id == express.item_id}
    assert by_name["2026/1"].replacement.batch == batch
    assert [each.reason for each in by_name["2026/1"].rejection_decisions.all()] == ["Konto war gesperrt"]


def test_the_export_for_the_audit_holds_decisions_and_what_replaces_what(express, tenant, anna, next_batch, tmp_path):
    post_anew(express, by=anna, reason="Konto war gesperrt")
    next_batch()
    path, day = tmp_path / "x.zip", local_day(express.entry.occurred_at).isoformat()
    words = ["--tenant", "4711", "--from", day, "--until", day, str(path)]
    call_command("xfinanz_audit_export", *words, stdout=io.StringIO())
    with zipfile.ZipFile(path) as package:
        assert "Konto war gesperrt" in package.read("tables/rejections.csv").decode()
    call_command("xfinanz_verify", "--package", path, stdout=io.StringIO())


@pytest.mark.parametrize("is_answered", [True, False])
def test_verify_finds_a_posting_that_was_posted_anew_without_need(
    exported, quittung, answer, tenant, anna, is_answered
):
    if is_answered:
        answer(quittung(exported))
    taken = exported.postings.get(sequence=2)
    draft = Batch.objects.create(tenant=tenant, budget_year=2026, created_by=anna)
    PostingRecord.objects.create(
        batch=draft, sequence=1, entry=taken.entry, item=taken.item, kind=taken.kind, part=taken.part,
        amount_cents=taken.amount_cents, data=taken.data, source_key="gefälscht", replaces=taken,
    )  # fmt: skip
    Batch.objects.filter(pk=draft.pk).update(
        state=BatchState.RELEASED, number=2, chain_position=2, content_hash="x", count=1,
        certified_by=anna, certified_at=timezone.now(), released_by=exported.released_by, released_at=timezone.now(),
    )  # fmt: skip
    assert any("2026/1/2" in told for told in list(verify(tenant)))


@pytest.mark.parametrize(
    "crime",
    [
        lambda: RejectionDecision.objects.update(reason="x"),
        lambda: RejectionDecision.objects.all()._raw_delete("default"),
        lambda: PostingRecord.objects.update(replaces=None),
        lambda: PostingRecord.objects.all()._raw_delete("default"),
    ],
)
def test_the_database_refuses_to_change_what_was_decided(express, anna, crime):
    post_anew(express, by=anna, reason="x")
    with pytest.raises(DatabaseError, match="never"), transaction.atomic():
        crime()
