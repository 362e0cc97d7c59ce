"""Whatever is rejected, posted anew and reversed in whichever order: in the end both sides have the same books."""

from __future__ import annotations

import contextlib
import random
from collections import Counter

import pytest

from tests.xfinanz.factories import account, pay
from wagtail_epayment.flows import NewItem, create_order
from wagtail_epayment.models import LedgerEntry
from wagtail_xfinanz.errors import NothingToDo, WrongState
from wagtail_xfinanz.flows import (
    acknowledge,
    certify,
    collect,
    discard,
    export,
    hold_rejected,
    post_anew,
    release,
    reverse,
    verify,
)
from wagtail_xfinanz.flows.answers import rejected_of
from wagtail_xfinanz.models import OPEN, AcknowledgementImport, Batch, BatchState, PostingRecord

pytestmark = pytest.mark.django_db
STEPS = 24


class Town:
    """A cash office and its finance system, which book what a random number says."""

    def __init__(self, tenant, anna, bernd, quittung, dice):
        self.tenant, self.anna, self.bernd, self.quittung, self.dice = tenant, anna, bernd, quittung, dice
        self.taken: Counter[int] = Counter()
        """What the finance system has, in cents by ledger entry."""

    def pay(self):
        items = [NewItem(label=key, unit_cents=self.dice.randint(1, 9999), posting_key=key) for key in ("a", "b")]
        order = create_order(site=self.tenant.site, purpose="x", items=items)
        pay(order, order.amount_cents)

    def collect(self):
        for batch in collect(self.tenant, by=self.anna).batches:
            if self.dice.random() < 0.1:
                discard(batch, by=self.anna)

    def release(self):
        for batch in Batch.objects.filter(state__in=OPEN).order_by("pk"):
            released = release(certify(batch, by=self.anna), by=self.bernd)
            export(released, file_format="kassenbuch", by=self.anna)

    def answer(self, chance=0.4):
        for batch in Batch.objects.filter(state=BatchState.EXPORTED).order_by("pk"):
            rows = list(batch.postings.order_by("sequence"))
            rejected = {row.sequence for row in rows if self.dice.random() < chance}
            acknowledge(
                self.tenant, data=self.quittung(batch, rejected=rejected), filename=f"{batch.pk}.xml", by=self.anna
            )
            for row in rows:
                self.taken[row.entry_id] += 0 if row.sequence in rejected else row.amount_cents

    def decide(self, *, all_anew=False):
        for batch in Batch.objects.filter(state__in=(BatchState.PARTLY, BatchState.REJECTED)).order_by("pk"):
            for row in rejected_of(batch).filter(replacement=None):
                if all_anew or self.dice.random() < 0.6:
                    post_anew(row, by=self.anna, reason="x", posting_key=self.dice.choice(("", "c")))
                else:
                    hold_rejected(row, by=self.anna, reason="x")

    def reverse(self):
        final = [batch for batch in Batch.objects.order_by("pk") if batch.is_final]
        if AcknowledgementImport.objects.exists():
            with contextlib.suppress(NothingToDo, WrongState):
                reverse(self.dice.choice(final), by=self.anna, reason="x")

    def finish(self):
        """Until nothing is left to do on either side."""
        for _round in range(8):
            self.release()
            self.answer(chance=0)
            self.decide(all_anew=True)
            if not collect(self.tenant, by=self.anna).batches:
                return
        raise AssertionError("It never comes to an end.")


@pytest.mark.parametrize("seed", range(6))
def test_both_sides_have_the_same_books_in_the_end(tenant, anna, bernd, quittung, seed):
    for key in ("a", "b", "c"):
        account(tenant, key)
    dice = random.Random(seed)
    town = Town(tenant, anna, bernd, quittung, dice)
    town.pay()
    for _step in range(STEPS):
        verb = dice.choice(("pay", "collect", "collect", "release", "release", "answer", "answer", "decide", "reverse"))
        getattr(town, verb)()
        assert list(verify(tenant)) == []
    town.finish()
    owed = dict(LedgerEntry.objects.values_list("pk", "amount_cents"))
    assert dict(town.taken) == owed
    assert list(verify(tenant)) == []
    live = Counter()
    for record in PostingRecord.objects.live():
        live[record.entry_id] += record.amount_cents
    assert dict(live) == owed
