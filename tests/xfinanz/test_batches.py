from __future__ import annotations

import datetime
import hashlib

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation
from lxml import etree

from tests.xfinanz.factories import account, pay, released
from wagtail_epayment.flows import NewItem, create_order
from wagtail_epayment.models import EntryKind
from wagtail_xfinanz.errors import NothingToDo, ReasonMissing, SamePerson, WrongState
from wagtail_xfinanz.flows import certify, collect, discard, export, gather, release, reverse, verify
from wagtail_xfinanz.models import Batch, BatchFile, BatchState, FileChunk, PostingRecord

pytestmark = pytest.mark.django_db
UTC = datetime.UTC


def problems(tenant, later):
    return [str(problem) for found in gather(tenant, cut_off=later) for problem in found.problems]


def bytes_of(batch, name):
    return b"".join(batch.files.get(format=name).stream())


def test_a_paid_order_becomes_a_posting_for_each_item(paid, tenant, anna, later):
    (batch,) = collect(tenant, by=anna, cut_off=later).batches
    first, second = (record.posting for record in batch.postings.order_by("sequence"))
    assert (first.amount_cents, second.amount_cents) == (3750, 2000)
    assert (first.reference, first.payer) == (paid.reference, "Zoë O'Brien")
    assert first.reason == 'Sperrgutabfuhr - "Express"'
    assert (first.product, first.account, first.budget_line) == ("537010", "432100", "")
    assert (batch.count, batch.total_cents, batch.sums) == (2, 5750, {"payment": 5750})
    assert collect(tenant, by=anna, cut_off=later).batches == []


def test_what_was_paid_after_the_cut_off_waits(paid, tenant, anna, later):
    cut_off = datetime.datetime(2026, 11, 24, 9, 59, tzinfo=UTC)
    assert collect(tenant, by=anna, cut_off=cut_off).batches == []
    assert collect(tenant, by=anna, cut_off=later).batches


def test_tax_is_a_line_of_its_own_on_the_tax_account(site, tenant, anna, later):
    account(tenant, "verkauf", account="441000", tax_account="379100")
    items = [NewItem("Stadtplan", unit_cents=1190, tax_permille=190, posting_key="verkauf")]
    pay(create_order(site=site, purpose="Stadtplan", items=items), 1190)
    (batch,) = collect(tenant, by=anna, cut_off=later).batches
    rows = [(row.part, row.amount_cents, row.posting.account) for row in batch.postings.order_by("sequence")]
    assert rows == [("item", 1000, "441000"), ("tax", 190, "379100")]


def test_without_a_valid_account_a_payment_is_listed_not_posted(site, tenant, anna, later):
    account(tenant, "alt", valid_until=datetime.date(2025, 12, 31))
    for key in ("alt", "unbekannt", ""):
        pay(create_order(site=site, purpose="x", items=[NewItem("Gebühr", 100, posting_key=key)]), 100)
    collected = collect(tenant, by=anna, cut_off=later)
    assert (collected.batches, collected.with_problems) == ([], 3)
    told = problems(tenant, later)
    assert "„alt“" in told[0]
    assert "„unbekannt“" in told[1]
    assert "keinen Buchungsschlüssel" in told[2]


def test_an_overpayment_needs_a_deposit_account_and_gets_its_own_posting(paid, tenant, anna, later):
    pay(paid, 250)
    (batch,) = collect(tenant, by=anna, cut_off=later).batches
    assert batch.postings.get(part="deposit").amount_cents == 250
    tenant.accounts.filter(key="verwahrung").delete()
    discard(batch, by=anna)
    assert "„verwahrung“" in problems(tenant, later)[0]


def test_the_books_are_german_whatever_language_the_officer_reads(paid, tenant, anna, later):
    pay(paid, 500)
    with translation.override("en"):
        (batch,) = collect(tenant, by=anna, cut_off=later).batches
    assert "Teil- oder Überzahlung" in {record.posting.label for record in batch.postings.all()}


def test_a_refund_after_the_turn_of_the_year_goes_to_the_new_year(paid, tenant, anna, bernd, later):
    pay(paid, -5750, kind=EntryKind.REFUND, at=datetime.datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    first, second = released(tenant, anna, bernd, cut_off=later)
    assert (first.budget_year, second.budget_year) == (2026, 2027)
    assert (first.number, second.number) == (1, 1)
    assert second.sums == {"refund": -5750}
    assert second.previous_hash == first.content_hash


def test_the_whole_way_of_a_batch(paid, tenant, anna, bernd, later):
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    assert str(batch) == "2026/1"
    assert batch.content_hash == hashlib.sha256(bytes_of(batch, "kassenbuch")).hexdigest()
    kept = export(batch, file_format="kassenbuch", by=bernd)
    batch.refresh_from_db()
    assert (batch.state, batch.exported_by) == (BatchState.EXPORTED, bernd)
    first_time = batch.exported_at
    again = export(batch, file_format="kassenbuch", by=anna)
    assert b"".join(again.stream()) == b"".join(kept.stream())
    batch.refresh_from_db()
    assert (batch.exported_by, batch.exported_at) == (bernd, first_time)
    assert list(verify(tenant)) == []


def test_the_file_says_who_what_and_how_much(paid, tenant, anna, bernd, later):
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    root = etree.fromstring(bytes_of(batch, "kassenbuch"))
    ns = {"k": "urn:wagtail-xfinanz:kassenbuch:1"}
    assert root.findtext("k:kopf/k:festgestelltVon", namespaces=ns) == "Anna Müller"
    assert root.findtext("k:kopf/k:freigegebenVon", namespaces=ns) == "Bernd Özgür"
    assert [node.text for node in root.findall(".//k:betrag", ns)] == ["37.50", "20.00"]
    assert root.findtext("k:kontrollsatz/k:anzahl", namespaces=ns) == "2"
    assert root.findtext("k:kontrollsatz/k:summe", namespaces=ns) == "57.50"
    assert "37,50" in bytes_of(batch, "csv").decode("utf-8-sig")


def test_nobody_releases_what_they_certified(paid, tenant, anna, later):
    (batch,) = collect(tenant, by=anna, cut_off=later).batches
    batch = certify(batch, by=anna)
    with pytest.raises(SamePerson, match="andere Person"):
        release(batch, by=anna)
    batch.refresh_from_db()
    assert (batch.state, batch.number) == (BatchState.CERTIFIED, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(released_by=anna)


def test_no_step_can_be_skipped_or_done_twice(paid, tenant, anna, bernd, later):
    (batch,) = collect(tenant, by=anna, cut_off=later).batches
    for early in (lambda: release(batch, by=bernd), lambda: export(batch, file_format="csv", by=bernd)):
        with pytest.raises(WrongState):
            early()
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(state=BatchState.RELEASED)
    certify(batch, by=anna)
    with pytest.raises(WrongState):
        certify(batch, by=bernd)
    release(batch, by=bernd)
    for late in (lambda: release(batch, by=bernd), lambda: discard(batch, by=anna), lambda: certify(batch, by=bernd)):
        with pytest.raises(WrongState):
            late()


@pytest.mark.parametrize(
    "crime",
    [
        lambda: Batch.objects.update(number=7),
        lambda: Batch.objects.update(state="draft"),
        lambda: Batch.objects.update(total_cents=1),
        lambda: Batch.objects.all()._raw_delete("default"),
        lambda: PostingRecord.objects.update(amount_cents=1),
        lambda: PostingRecord.objects.all()._raw_delete("default"),
        lambda: BatchFile.objects.update(sha256="0" * 64),
        lambda: BatchFile.objects.all()._raw_delete("default"),
        lambda: FileChunk.objects.update(data=b""),
        lambda: FileChunk.objects.all()._raw_delete("default"),
    ],
)
def test_the_database_refuses_to_change_what_was_released(paid, tenant, anna, bernd, later, crime):
    released(tenant, anna, bernd, cut_off=later)
    with pytest.raises(DatabaseError, match="never"), transaction.atomic():
        crime()
    assert list(verify(tenant)) == []


def test_nothing_joins_a_certified_batch(paid, tenant, anna, later):
    (batch,) = collect(tenant, by=anna, cut_off=later).batches
    certify(batch, by=anna)
    row = batch.postings.first()
    row.pk, row.sequence, row.source_key = None, 3, "x"
    with pytest.raises(DatabaseError, match="drafts only"), transaction.atomic():
        row.save()


def test_a_posting_is_in_one_batch_only(paid, tenant, anna, later):
    (batch,) = collect(tenant, by=anna, cut_off=later).batches
    row = batch.postings.first()
    row.pk, row.batch = None, Batch.objects.create(tenant=tenant, budget_year=2026)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_discarded_draft_frees_its_payments(paid, tenant, anna, later):
    (batch,) = collect(tenant, by=anna, cut_off=later).batches
    discard(batch, by=anna)
    with pytest.raises(WrongState):
        discard(batch, by=anna)
    assert collect(tenant, by=anna, cut_off=later).batches[0].total_cents == 5750


def test_a_wrong_account_is_corrected_by_reversal_and_a_new_posting(paid, tenant, anna, bernd, later):
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    draft = reverse(batch, by=anna, reason="Falsches Sachkonto")
    assert draft.sums == {"reversal": -5750}
    assert draft.postings.first().posting.reverses == "2026/1/1"
    assert collect(tenant, by=anna, cut_off=later).batches == []
    with pytest.raises(NothingToDo):
        reverse(batch, by=anna, reason="noch einmal")
    release(certify(draft, by=anna), by=bernd)
    tenant.accounts.filter(key="sperrgut").update(account="432199")
    (again,) = released(tenant, anna, bernd, cut_off=later)
    assert (again.number, again.postings.first().posting.account) == (3, "432199")
    assert sum(Batch.objects.values_list("total_cents", flat=True)) == 5750
    draft = reverse(again, by=anna, reason="doch nicht")
    release(certify(draft, by=anna), by=bernd)
    assert released(tenant, anna, bernd, cut_off=later)[0].number == 5
    assert list(verify(tenant)) == []


def test_a_single_payment_can_be_reversed(site, paid, tenant, anna, bernd, later):
    other = create_order(site=site, purpose="x", items=[NewItem("x", 300, posting_key="sperrgut")])
    pay(other, 300)
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    assert reverse(batch, by=anna, reason="x", reference=other.reference).total_cents == -300


def test_nothing_is_reversed_without_a_reason(paid, tenant, anna, bernd, later):
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    with pytest.raises(ReasonMissing):
        reverse(batch, by=anna, reason=" ")
    assert Batch.objects.get() == batch


def test_a_discarded_reversal_changes_nothing(paid, tenant, anna, bernd, later):
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    discard(reverse(batch, by=anna, reason="x"), by=anna)
    assert collect(tenant, by=anna, cut_off=later).batches == []


def test_two_towns_never_share_a_batch(paid, tenant, other_tenant, other_site, anna, bernd, later):
    pay(create_order(site=other_site, purpose="x", items=[NewItem("x", 100, posting_key="sperrgut")]), 100)
    (mine,) = released(tenant, anna, bernd, cut_off=later)
    (theirs,) = released(other_tenant, anna, bernd, cut_off=later)
    assert (mine.total_cents, theirs.total_cents) == (5750, 100)
    assert (mine.number, theirs.number, theirs.previous_hash) == (1, 1, "")


def test_a_thousand_payments_take_few_queries(site, tenant, anna, later, django_assert_max_num_queries):
    orders = [
        create_order(site=site, purpose=f"Nr. {i}", items=[NewItem("Gebühr", 100, posting_key="sperrgut")])
        for i in range(1000)
    ]
    for order in orders:
        pay(order, 100)
    with django_assert_max_num_queries(45):
        (batch,) = collect(tenant, by=anna, cut_off=later).batches
    assert (batch.count, batch.total_cents) == (1000, 100_000)


def test_a_crash_while_writing_the_files_leaves_no_trace(paid, tenant, anna, bernd, later, monkeypatch):
    from wagtail_xfinanz.formats.csv.adapter import CsvFormat

    (batch,) = collect(tenant, by=anna, cut_off=later).batches
    certify(batch, by=anna)

    def die(*args, **kwargs):
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(CsvFormat, "write", die)
        with pytest.raises(OSError, match="disk full"):
            release(batch, by=bernd)
    batch.refresh_from_db()
    assert (batch.state, batch.number, BatchFile.objects.count()) == (BatchState.CERTIFIED, None, 0)
    assert release(batch, by=bernd).number == 1
