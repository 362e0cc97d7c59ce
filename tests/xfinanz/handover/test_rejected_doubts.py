"""The finance system says later that it has a rejected posting after all."""

from __future__ import annotations

import pytest

from tests.races import at_once
from wagtail_xfinanz.errors import BookkeepingError, WrongState
from wagtail_xfinanz.flows import (
    certify,
    collect,
    decide,
    discard,
    hold_rejected,
    post_anew,
    release,
    verify,
)
from wagtail_xfinanz.flows.answers import contradictions_of
from wagtail_xfinanz.models import Batch, BatchState, PostingRecord

pytestmark = pytest.mark.django_db


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
        assert list(verify(tenant)) == []

    def test_once_it_is_posted_anew_it_cannot_count_twice(self, express, anna, next_batch, accepted_after_all):
        post_anew(express, by=anna, reason="x")
        next_batch()
        doubt = accepted_after_all()
        with pytest.raises(WrongState, match="2026/2"):
            decide(doubt, accepted=True, by=anna, reason="ist gebucht")
        decide(doubt, accepted=False, by=anna, reason="dort storniert")


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
