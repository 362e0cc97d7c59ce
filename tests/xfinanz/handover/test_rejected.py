"""The finance system rejects single postings: the cash officer corrects them, and the next batch has them."""

from __future__ import annotations

import io
from importlib import import_module

import pytest
from django.core.management import call_command
from lxml import etree

from tests.xfinanz.factories import account, pay, released
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.errors import BookkeepingError, NothingToDo, ReasonMissing, WrongState
from wagtail_xfinanz.flows import (
    collect,
    deliver_due,
    discard,
    export,
    hand_over,
    hold_rejected,
    post_all_anew,
    post_anew,
    verify,
)
from wagtail_xfinanz.flows.answers import rejected_of
from wagtail_xfinanz.flows.post_anew import texts_now
from wagtail_xfinanz.models import PostingRecord, RejectionDecision

pytestmark = pytest.mark.django_db
NS = {"k": "urn:wagtail-xfinanz:kassenbuch:1"}


def file_of(batch, name="kassenbuch"):
    return b"".join(batch.files.get(format=name).stream())


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
    assert list(verify(tenant)) == []
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


def test_whoever_thinks_better_of_a_text_gets_what_they_see(express, anna, next_batch):
    said = express.posting.label
    for label in ("Express", said):
        post_anew(express, by=anna, reason="Text zu lang", texts={"label": label})
        assert texts_now(express)["label"] == label
    assert next_batch().postings.get().posting.label == said


def test_whoever_thinks_better_of_an_account_gets_the_one_they_see(express, tenant, anna, quittung, answer, next_batch):
    account(tenant, "sperrgut.eilig", account="432177")
    post_anew(express, by=anna, reason="Konto falsch", posting_key="sperrgut.eilig")
    post_anew(express, by=anna, reason="doch nicht", posting_key="")
    second = next_batch()
    assert second.postings.get().posting.posting_key == "sperrgut.express"
    answer(quittung(second, rejected=(1,)))
    post_anew(rejected_of(second).get(), by=anna, reason="doch", posting_key="sperrgut.eilig")
    third = next_batch()
    answer(quittung(third, rejected=(1,)))
    post_anew(rejected_of(third).get(), by=anna, reason="Konto wieder offen", posting_key="")
    assert next_batch().postings.get().posting.posting_key == "sperrgut.eilig"


def test_a_text_that_stands_in_two_places_is_written_alike_or_not_at_all(
    site, tenant, anna, later, quittung, answer, next_batch
):
    pay(create_order(site=site, purpose="Gebühr", items=[NewItem("Gebühr", 100, posting_key="sperrgut")]), 100)
    batch = next_batch()
    answer(quittung(batch, rejected=(1,)))
    posting = rejected_of(batch).get()
    for texts in ({"label": "Entgelt"}, {"label": "Entgelt", "reason": "Preis"}):
        with pytest.raises(WrongState, match="Gebühr"):
            post_anew(posting, by=anna, reason="x", texts=texts)
    post_anew(posting, by=anna, reason="x", texts={"label": "Entgelt", "reason": "Entgelt"})
    anew = next_batch().postings.get().posting
    assert (anew.label, anew.reason) == ("Entgelt", "Entgelt")


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
    assert list(verify(tenant)) == []


def test_what_somebody_has_decided_on_is_left_out_of_all(exported, tenant, anna, quittung, answer, next_batch):
    account(tenant, "sperrgut.eilig", account="432177")
    answer(quittung(exported, rejected=(1, 2)))
    pieces, express = rejected_of(exported)
    hold_rejected(pieces, by=anna, reason="wird geklärt")
    assert post_all_anew(exported, by=anna, reason="Mandant war gesperrt") == 1
    post_anew(express, by=anna, reason="Konto falsch", posting_key="sperrgut.eilig")
    with pytest.raises(NothingToDo):
        post_all_anew(exported, by=anna, reason="noch einmal")
    assert next_batch().postings.get().posting.posting_key == "sperrgut.eilig"


def test_it_is_rejected_once_more_and_replaced_once_more(express, tenant, anna, quittung, answer, next_batch):
    post_anew(express, by=anna, reason="x")
    second = next_batch()
    answer(quittung(second, rejected=(1,)))
    post_anew(rejected_of(second).get(), by=anna, reason="noch ein Versuch")
    third = next_batch()
    answer(quittung(third))
    assert third.postings.get().posting.replaces == "2026/2/1"
    assert list(verify(tenant)) == []
    live = PostingRecord.objects.live().filter(entry=express.entry)
    assert sum(row.amount_cents for row in live) == express.entry.amount_cents


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
