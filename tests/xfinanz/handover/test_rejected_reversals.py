"""Rejected postings and reversals: nothing is taken away from what was never there."""

from __future__ import annotations

import pytest

from tests.xfinanz.factories import account, pay
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.errors import NothingToDo, WrongState
from wagtail_xfinanz.flows import (
    certify,
    export,
    post_all_anew,
    post_anew,
    release,
    reverse,
    verify,
)
from wagtail_xfinanz.flows.answers import rejected_of

pytestmark = pytest.mark.django_db


def test_a_system_that_keeps_what_it_rejected_gets_the_counter_posting_too(express, tenant, anna, next_batch):
    tenant.reverses_rejected = True
    tenant.save()
    post_anew(express, by=anna, reason="x")
    batch = next_batch()
    counter, anew = batch.postings.order_by("sequence")
    assert (counter.reverses, counter.posting.reverses, counter.amount_cents) == (express, "2026/1/2", -2000)
    assert (anew.replaces, anew.amount_cents, batch.total_cents) == (express, 2000, 0)
    assert list(verify(tenant)) == []


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
    assert list(verify(tenant)) == []


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
    assert [told for told in list(verify(tenant)) if "2026/1/2" in told]


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
    assert list(verify(tenant)) == []
