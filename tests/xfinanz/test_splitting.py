from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wagtail_xfinanz.splitting import DEPOSIT, Item, Share, included_tax, proportional, split

ITEMS = [Item(1, 3750), Item(2, 1190, tax_permille=190)]


def parts(*amounts):
    return list(split(ITEMS, amounts))


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


def test_a_chargeback_taken_back_restores_everything():
    assert parts(4940, -4940, 4940)[2] == parts(4940)[0]


amounts = st.lists(st.integers(-20_000, 20_000).filter(bool), max_size=12)
items = st.lists(st.tuples(st.integers(1, 9_999), st.sampled_from([0, 70, 190])), min_size=1, max_size=6).map(
    lambda rows: [Item(key, cents, tax) for key, (cents, tax) in enumerate(rows, start=1)]
)


@given(items, amounts)
def test_no_cent_is_lost_or_made(items, amounts):
    owed = {item.key: item for item in items}
    settled = dict.fromkeys(owed, 0)
    taxes = dict.fromkeys(owed, 0)
    for amount, shares in zip(amounts, split(items, amounts), strict=True):
        assert sum(share.net_cents + share.tax_cents for share in shares) == amount
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
