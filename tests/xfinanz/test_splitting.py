from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wagtail_epayment.models import EntryKind, LedgerEntry
from wagtail_epayment.state import account_of
from wagtail_xfinanz.splitting import DEPOSIT, Item, Move, Share, included_tax, proportional, split

ITEMS = [Item(1, 3750), Item(2, 1190, tax_permille=190)]


def parts(*amounts, owed=()):
    """The shares of each amount; ``owed`` after each of them, all of it unless said otherwise."""
    owed = [*owed, *[4940] * (len(amounts) - len(owed))]
    return list(split(ITEMS, [Move(*move) for move in zip(amounts, owed, strict=True)]))


def total(shares, *, deposit=False):
    return sum(share.net_cents + share.tax_cents for share in shares if (share.item == DEPOSIT) == deposit)


def test_a_full_payment_settles_each_item_with_its_tax_apart():
    assert parts(4940) == [[Share(1, 3750), Share(2, 1000, 190)]]


def test_too_much_rests_on_deposit():
    assert parts(5000) == [[Share(1, 3750), Share(2, 1000, 190), Share(DEPOSIT, 60)]]
    assert parts(4940, 4940)[1] == [Share(DEPOSIT, 4940)]


def test_a_partial_payment_rests_until_the_rest_comes():
    first, second = parts(1000, 3940)
    assert first == [Share(DEPOSIT, 1000)]
    assert second == [Share(1, 3750), Share(2, 1000, 190), Share(DEPOSIT, -1000)]


def test_a_refund_comes_from_the_deposit_first_then_from_the_items():
    assert parts(5000, -60)[1] == [Share(DEPOSIT, -60)]
    assert parts(4940, -4940)[1] == [Share(1, -3750), Share(2, -1000, -190)]


def test_what_is_paid_again_after_a_refund_on_purpose_and_a_chargeback_of_all_settles_what_is_still_owed():
    paid, __, ___, again = parts(4940, -1000, -4940, 4940, owed=[4940, 3940, 3940, 3940])
    assert total(paid) == 4940
    assert (total(again), total(again, deposit=True)) == (3940, 1000), "the deposit lent the bank a thousand"


def test_what_is_paid_again_although_less_is_owed_by_now_rests_on_deposit():
    assert parts(4940, -1000, 1000, owed=[4940, 3940, 3940])[2] == [Share(DEPOSIT, 1000)]


def test_a_part_given_back_before_all_was_paid_is_not_waited_for():
    assert total(parts(1000, -400, 3940, owed=[4940, 4540, 4540])[2]) == 4540


def test_a_refund_that_came_back_is_owed_again():
    assert parts(4940, -1000, 1000, owed=[4940, 3940, 4940])[2] == [
        Share(share.item, -share.net_cents, -share.tax_cents)
        for share in parts(4940, -1000, owed=[4940, 3940])[1]
    ]  # fmt: skip


def test_a_chargeback_taken_back_restores_everything():
    assert parts(4940, -4940, 4940)[2] == parts(4940)[0]


moves = st.lists(st.builds(Move, st.integers(-20_000, 20_000).filter(bool), st.integers(0, 60_000)), max_size=12)
items = st.lists(st.tuples(st.integers(1, 9_999), st.sampled_from([0, 70, 190])), min_size=1, max_size=6).map(
    lambda rows: [Item(key, cents, tax) for key, (cents, tax) in enumerate(rows, start=1)]
)


@given(items, moves)
def test_no_cent_is_lost_or_made(items, moves):
    owed = {item.key: item for item in items}
    settled = dict.fromkeys(owed, 0)
    taxes = dict.fromkeys(owed, 0)
    for move, shares in zip(moves, split(items, moves), strict=True):
        assert sum(share.net_cents + share.tax_cents for share in shares) == move.cents
        for share in shares:
            if share.item != DEPOSIT:
                settled[share.item] += share.net_cents + share.tax_cents
                taxes[share.item] += share.tax_cents
        for key, cents in settled.items():
            assert 0 <= cents <= owed[key].owed_cents
            assert taxes[key] == included_tax(cents, owed[key].tax_permille)


@given(st.dictionaries(st.integers(1, 20), st.integers(0, 10_000), min_size=1, max_size=8), st.data())
def test_proportional_shares_add_up_and_stay_within(weights, data):
    amount = data.draw(st.integers(0, sum(weights.values())))
    shares = proportional(amount, weights)
    assert sum(shares.values()) == (amount if sum(weights.values()) else 0)
    assert all(0 <= shares[key] <= weights[key] for key in shares)


histories = st.lists(st.tuples(st.sampled_from(EntryKind), st.integers(1, 6_000)), max_size=10)


@given(items, histories)
def test_nothing_waits_on_deposit_once_nothing_is_due(items, history):
    amount = sum(item.owed_cents for item in items)
    entries, moves, refunded, taken = [], [], 0, 0
    for kind, cents in history:
        if kind == EntryKind.FEE:
            continue
        if kind == EntryKind.REFUND_REVERSAL:
            cents = min(cents, refunded)
        if kind == EntryKind.CHARGEBACK_REVERSAL:
            cents = min(cents, taken)
        if kind == EntryKind.REFUND:
            cents = min(cents, max(0, account_of(amount, entries).kept))
        refunded += cents * ((kind == EntryKind.REFUND) - (kind == EntryKind.REFUND_REVERSAL))
        taken += cents * ((kind == EntryKind.CHARGEBACK) - (kind == EntryKind.CHARGEBACK_REVERSAL))
        if not cents:
            continue
        sign = -1 if kind in {EntryKind.REFUND, EntryKind.CHARGEBACK} else 1
        entries.append(LedgerEntry(kind=kind, amount_cents=sign * cents))
        moves.append(Move(sign * cents, account_of(amount, entries).owed))
    deposit = 0
    for number, shares in enumerate(split(items, moves), start=1):
        deposit += total(shares, deposit=True)
        account = account_of(amount, entries[:number])
        if not account.due:
            assert deposit == account.too_much
