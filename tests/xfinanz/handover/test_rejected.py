"""The finance system rejects single postings: the cash officer corrects them, and the next batch has them."""

from __future__ import annotations

import io
import zipfile
from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone
from lxml import etree

from tests.races import at_once
from tests.xfinanz.factories import account, pay, released
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.audit.trace import with_trace
from wagtail_xfinanz.budget import local_day
from wagtail_xfinanz.closing.posted import differences
from wagtail_xfinanz.errors import BookkeepingError, NothingToDo, ReasonMissing, WrongState
from wagtail_xfinanz.flows import (
    acknowledge,
    certify,
    collect,
    decide,
    deliver_due,
    discard,
    export,
    hand_over,
    hold_rejected,
    post_all_anew,
    post_anew,
    release,
    reverse,
    verify,
)
from wagtail_xfinanz.flows.answers import contradictions_of, rejected_of
from wagtail_xfinanz.models import Batch, BatchState, PostingRecord, RejectionDecision

pytestmark = pytest.mark.django_db
NS = {"k": "urn:wagtail-xfinanz:kassenbuch:1"}


@pytest.fixture
def exported(batch, anna):
    """Two postings of one payment: 37.50 for three pieces, 20.00 for express."""
    export(batch, file_format="kassenbuch", by=anna)
    batch.refresh_from_db()
    return batch


@pytest.fixture
def answer(tenant, anna):
    def take(data):
        return acknowledge(tenant, data=data, filename="quittung.xml", by=anna).source

    return take


@pytest.fixture
def express(exported, quittung, answer):
    """The posting for express, rejected; that for the pieces was taken."""
    answer(quittung(exported, rejected=(2,)))
    return rejected_of(exported).get()


@pytest.fixture
def next_batch(tenant, anna, bernd, later):
    def make():
        (batch,) = released(tenant, anna, bernd, cut_off=later)
        export(batch, file_format="kassenbuch", by=anna)
        return Batch.objects.get(pk=batch.pk)

    return make


def file_of(batch, name="kassenbuch"):
    return b"".join(batch.files.get(format=name).stream())


def contradictions(tenant):
    return list(verify(tenant))


def test_nothing_is_posted_anew_before_somebody_has_decided(express, tenant, anna, later):
    assert collect(tenant, by=anna, cut_off=later).batches == []


def test_the_corrected_posting_goes_into_the_next_batch_by_itself(express, exported, tenant, anna, next_batch):
    before = file_of(exported)
    account(tenant, "sperrgut.eilig", account="432177")
    post_anew(express, by=anna, reason="Konto war falsch", posting_key="sperrgut.eilig")
    batch = next_batch()
    (anew,) = batch.postings.all()
    assert (anew.amount_cents, anew.posting.account, anew.posting.replaces) == (2000, "432177", "2026/1/2")
    assert (anew.replaces, batch.total_cents) == (express, 2000)
    assert file_of(exported) == before
    assert not rejected_of(exported).exists()
    assert contradictions(tenant) == []
    call_command("xfinanz_verify", stdout=io.StringIO())


def test_the_files_say_which_posting_it_replaces(express, anna, next_batch):
    post_anew(express, by=anna, reason="Konto wieder offen")
    batch = next_batch()
    root = etree.fromstring(file_of(batch))
    assert root.findtext(".//k:buchung/k:ersetzt", namespaces=NS) == "2026/1/2"
    assert root.find(".//k:buchung/k:storniert", NS) is None
    assert "2026/1/2" in file_of(batch, "csv").decode("cp1252", errors="replace")


def test_the_next_batch_is_handed_over_by_itself_as_any_other(
    batch, directory, inbox, tenant, anna, bernd, later, quittung, answer
):
    directory.is_automatic = True
    directory.save()
    hand_over(batch, by=anna)
    deliver_due()
    answer(quittung(batch, rejected=(2,)))
    post_anew(rejected_of(batch).get(), by=anna, reason="Konto wieder offen")
    released(tenant, anna, bernd, cut_off=later)
    deliver_due()
    assert sorted(path.name for path in inbox.iterdir()) == [
        "kassenbuch-4711-2026-000001.xml",
        "kassenbuch-4711-2026-000002.xml",
    ]
    assert [event.kind for event in batch.handover_events.all()][-1] == "anew"


def test_a_payment_that_comes_in_meanwhile_stands_in_the_same_batch(express, site, anna, next_batch):
    other = create_order(site=site, purpose="x", items=[NewItem("x", 300, posting_key="sperrgut")])
    pay(other, 300)
    post_anew(express, by=anna, reason="Konto wieder offen")
    batch = next_batch()
    assert sorted(row.amount_cents for row in batch.postings.all()) == [300, 2000]
    assert batch.total_cents == 2300


def test_a_text_is_corrected_for_the_postings_and_not_in_the_order(express, anna, next_batch):
    item = express.item
    post_anew(express, by=anna, reason="Text zu lang", texts={"label": "Express", "reason": express.posting.reason})
    assert next_batch().postings.get().posting.label == "Express"
    item.refresh_from_db()
    assert item.label == "Expresszuschlag"


def test_what_could_not_be_posted_is_refused_at_once_and_decides_nothing(express, anna):
    with pytest.raises(WrongState, match="gibt-es-nicht"):
        post_anew(express, by=anna, reason="x", posting_key="gibt-es-nicht")
    with pytest.raises(BookkeepingError):
        post_anew(express, by=anna, reason="x", texts={"label": "Привет"})
    with pytest.raises(ReasonMissing):
        post_anew(express, by=anna, reason=" ")
    assert not RejectionDecision.objects.exists()


def test_what_is_to_be_clarified_stays_out_until_somebody_decides_anew(express, tenant, anna, later, next_batch):
    post_anew(express, by=anna, reason="Konto wieder offen")
    hold_rejected(express, by=anna, reason="doch erst fragen")
    assert collect(tenant, by=anna, cut_off=later).batches == []
    post_anew(express, by=anna, reason="gefragt")
    assert next_batch().total_cents == 2000


def test_a_discarded_draft_gives_the_posting_back(express, tenant, anna, later, next_batch):
    post_anew(express, by=anna, reason="x")
    (draft,) = collect(tenant, by=anna, cut_off=later).batches
    assert collect(tenant, by=anna, cut_off=later).batches == []
    discard(draft, by=anna)
    assert next_batch().total_cents == 2000


def test_all_of_a_batch_are_posted_anew_with_one_reason(exported, tenant, anna, quittung, answer, next_batch):
    answer(quittung(exported, rejected=(1, 2)))
    assert post_all_anew(exported, by=anna, reason="Mandant war gesperrt") == 2
    assert next_batch().total_cents == 5750
    with pytest.raises(NothingToDo):
        post_all_anew(exported, by=anna, reason="noch einmal")
    assert contradictions(tenant) == []


def test_it_is_rejected_once_more_and_replaced_once_more(express, tenant, anna, quittung, answer, next_batch):
    post_anew(express, by=anna, reason="x")
    second = next_batch()
    answer(quittung(second, rejected=(1,)))
    post_anew(rejected_of(second).get(), by=anna, reason="noch ein Versuch")
    third = next_batch()
    answer(quittung(third))
    assert third.postings.get().posting.replaces == "2026/2/1"
    assert contradictions(tenant) == []
    live = PostingRecord.objects.live().filter(entry=express.entry)
    assert sum(row.amount_cents for row in live) == express.entry.amount_cents


def test_a_system_that_keeps_what_it_rejected_gets_the_counter_posting_too(express, tenant, anna, next_batch):
    tenant.reverses_rejected = True
    tenant.save()
    post_anew(express, by=anna, reason="x")
    batch = next_batch()
    counter, anew = batch.postings.order_by("sequence")
    assert (counter.reverses, counter.posting.reverses, counter.amount_cents) == (express, "2026/1/2", -2000)
    assert (anew.replaces, anew.amount_cents, batch.total_cents) == (express, 2000, 0)
    assert contradictions(tenant) == []


def test_a_later_reversal_takes_back_the_whole_payment_over_both_batches(
    express, tenant, anna, bernd, quittung, answer, next_batch
):
    post_anew(express, by=anna, reason="x")
    second = next_batch()
    answer(quittung(second))
    draft = reverse(second, by=anna, reason="doch storniert")
    assert draft.total_cents == -5750
    assert {row.posting.reverses for row in draft.postings.all()} == {"2026/1/1", "2026/2/1"}
    release(certify(draft, by=anna), by=bernd)
    assert next_batch().total_cents == 5750
    assert contradictions(tenant) == []


def test_what_a_reversal_takes_back_of_a_payment_stands_together(
    paid, site, tenant, anna, quittung, answer, next_batch
):
    """Formats that write payments read one at a time."""
    items = [NewItem("x", 100, posting_key="sperrgut"), NewItem("y", 200, posting_key="sperrgut.express")]
    pay(create_order(site=site, purpose="x", items=items), 300)
    first = next_batch()
    answer(quittung(first, rejected=(2, 4)))
    post_all_anew(first, by=anna, reason="x")
    second = next_batch()
    answer(quittung(second))
    draft = reverse(second, by=anna, reason="x")
    entries = list(draft.postings.order_by("sequence").values_list("entry", flat=True))
    assert len(entries) == 4
    assert entries == sorted(entries)


def test_a_choice_of_account_outlives_a_reversal(express, tenant, anna, bernd, quittung, answer, next_batch):
    account(tenant, "sperrgut.eilig", account="432177")
    post_anew(express, by=anna, reason="x", posting_key="sperrgut.eilig")
    second = next_batch()
    answer(quittung(second))
    release(certify(reverse(second, by=anna, reason="x"), by=anna), by=bernd)
    keys = {row.posting.posting_key for row in next_batch().postings.all()}
    assert keys == {"sperrgut", "sperrgut.eilig"}


def test_what_was_rejected_is_not_reversed(express, exported, anna):
    with pytest.raises(NothingToDo):
        reverse(exported, by=anna, reason="x")


def test_nothing_is_taken_back_before_a_system_that_answers_has_answered(express, anna, quittung, answer, next_batch):
    post_anew(express, by=anna, reason="x")
    second = next_batch()
    with pytest.raises(WrongState, match="2026/2/1"):
        reverse(second, by=anna, reason="x")
    answer(quittung(second))
    assert reverse(second, by=anna, reason="x").total_cents == -5750


def test_what_turns_out_to_be_rejected_is_not_taken_back(exported, tenant, anna, bernd, quittung, answer):
    draft = certify(reverse(exported, by=anna, reason="x"), by=anna)
    answer(quittung(exported, rejected=(2,)))
    with pytest.raises(WrongState, match="2026/1/2"):
        release(draft, by=bernd)


def test_verify_tells_of_something_taken_back_that_was_never_there(exported, tenant, anna, bernd, quittung, answer):
    release(certify(reverse(exported, by=anna, reason="x"), by=anna), by=bernd)
    answer(quittung(exported, rejected=(2,)))
    assert [told for told in contradictions(tenant) if "2026/1/2" in told]


def test_a_rejected_counter_posting_goes_again(exported, tenant, anna, bernd, quittung, answer, next_batch):
    answer(quittung(exported))
    back = release(certify(reverse(exported, by=anna, reason="x"), by=anna), by=bernd)
    export(back, file_format="kassenbuch", by=anna)
    answer(quittung(back, rejected=(1,)))
    with pytest.raises(WrongState):
        post_anew(rejected_of(back).get(), by=anna, reason="x", posting_key="sperrgut.express")
    post_anew(rejected_of(back).get(), by=anna, reason="Konto wieder offen")
    (anew,) = [row for row in next_batch().postings.all() if row.replaces_id]
    assert (anew.kind, anew.amount_cents, anew.posting.reverses) == ("reversal", -3750, "2026/1/1")
    assert contradictions(tenant) == []


class TestSecondThoughts:
    """The finance system says later that it has the posting after all."""

    @pytest.fixture
    def accepted_after_all(self, express, exported, quittung, answer):
        def say():
            answer(quittung(exported, only=(2,)))
            return contradictions_of(exported).get()

        return say

    def test_nothing_is_posted_anew_while_nobody_knows(self, express, tenant, anna, later, accepted_after_all):
        post_anew(express, by=anna, reason="x")
        accepted_after_all()
        assert collect(tenant, by=anna, cut_off=later).batches == []

    def test_a_draft_that_posts_it_anew_cannot_be_released(
        self, express, tenant, anna, bernd, later, accepted_after_all
    ):
        post_anew(express, by=anna, reason="x")
        (draft,) = collect(tenant, by=anna, cut_off=later).batches
        doubt = accepted_after_all()
        with pytest.raises(WrongState, match="2026/1/2"):
            release(certify(draft, by=anna), by=bernd)
        with pytest.raises(WrongState):
            decide(doubt, accepted=True, by=anna, reason="ist gebucht")
        discard(draft, by=anna)
        decide(doubt, accepted=True, by=anna, reason="ist gebucht")
        assert collect(tenant, by=anna, cut_off=later).batches == []
        assert contradictions(tenant) == []

    def test_once_it_is_posted_anew_it_cannot_count_twice(self, express, anna, next_batch, accepted_after_all):
        post_anew(express, by=anna, reason="x")
        next_batch()
        doubt = accepted_after_all()
        with pytest.raises(WrongState, match="2026/2"):
            decide(doubt, accepted=True, by=anna, reason="ist gebucht")
        decide(doubt, accepted=False, by=anna, reason="dort storniert")


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
    assert any("2026/1/2" in told for told in contradictions(tenant))


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


def test_many_are_posted_anew_in_few_queries_and_in_portions(
    site, tenant, anna, bernd, later, quittung, answer, django_assert_max_num_queries, monkeypatch
):
    monkeypatch.setattr(import_module("wagtail_xfinanz.flows.rejected"), "AT_ONCE", 20)
    for _number in range(30):
        order = create_order(site=site, purpose="x", items=[NewItem("x", 100, posting_key="sperrgut")])
        pay(order, 100)
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    export(batch, file_format="kassenbuch", by=anna)
    answer(quittung(batch, rejected=range(1, 31)))
    post_all_anew(batch, by=anna, reason="x")
    with django_assert_max_num_queries(40):
        (draft,) = collect(tenant, by=anna, cut_off=later).batches
    assert (draft.count, draft.total_cents) == (30, 3000)
    assert PostingRecord.objects.filter(replacement__batch=draft).count() == 30


@pytest.mark.django_db(transaction=True)
def test_two_collections_and_a_second_thought_at_once_post_it_once(
    express, exported, tenant, anna, later, quittung, answer
):
    post_anew(express, by=anna, reason="x")
    answer(quittung(exported, only=(2,)))
    decide(contradictions_of(exported).get(), accepted=False, by=anna, reason="Irrläufer")
    answer(quittung(exported, only=(2,)) + b"\n")
    doubt = contradictions_of(exported).get()
    decide(doubt, accepted=False, by=anna, reason="Irrläufer")

    def work(index):
        return collect(tenant, by=anna, cut_off=later) if index < 3 else hold_rejected(express, by=anna, reason="halt")

    at_once(4, work, expected=BookkeepingError)
    anew = PostingRecord.objects.filter(replaces=express).count()
    assert anew <= 1
    assert Batch.objects.filter(state=BatchState.DRAFT).count() == anew
