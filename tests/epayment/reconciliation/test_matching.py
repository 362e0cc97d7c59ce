from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_epayment.models import LineKind, MatchClass, WhyOpen
from wagtail_epayment.settlements.base import SettledLine
from wagtail_epayment.settlements.matching import Booked, Books, KnownRefund, Payment
from wagtail_epayment.settlements.remittance import candidates

NAMES = st.sampled_from(["", "a", "b", "c", "d"])
CENTS = st.sampled_from([500, 1000, -500, -1000])


def payment(number, *entries, refunds=(), order="o1", cents=1000, ref=None):
    return Payment(
        pk=f"p{number}", order=order, provider_ref=f"page{number}" if ref is None else ref,
        merchant_tx_id=f"tx{number}",
        amount_cents=cents, currency="EUR", entries=tuple(entries), refunds=tuple(refunds),
    )  # fmt: skip


def booked(pk, ref, cents=1000, kind="payment"):
    return Booked(pk, kind, ref, cents, "EUR")


def said(cents=1000, kind=LineKind.PAYMENT, **names):
    return SettledLine(key="k", kind=kind, amount_cents=cents, currency=names.pop("currency", "EUR"), **names)


def found(line, *payments, orders=None, settled=(), references=()):
    finding = Books(payments, orders or {}, set(settled)).find(line, references)
    return finding.match, finding.why, finding.entry.pk if finding.entry else None


def test_the_providers_reference_comes_first_then_ours_then_the_kassenzeichen():
    one = payment(1, booked(1, "tr1"))
    assert found(said(payment_ref="tr1"), one) == (MatchClass.MATCHED, None, 1)
    assert found(said(provider_ref="page1"), one) == (MatchClass.MATCHED, None, 1)
    assert found(said(merchant_tx_id="tx1"), one) == (MatchClass.MATCHED, None, 1)
    assert found(said(reference="KZ"), one, orders={"KZ": "o1"}) == (MatchClass.MATCHED, None, 1)
    assert found(said(), one, orders={"KZ": "o1"}, references={"KZ"}) == (MatchClass.MATCHED, None, 1)
    assert found(said(), one) == (MatchClass.UNKNOWN, WhyOpen.NO_NAME, None)
    assert found(said(merchant_tx_id="other"), one) == (MatchClass.UNKNOWN, WhyOpen.NOT_FOUND, None)


def test_references_that_name_different_payments_contradict_each_other():
    line = said(provider_ref="page1", merchant_tx_id="tx2")
    assert found(line, payment(1), payment(2)) == (MatchClass.AMBIGUOUS, WhyOpen.CONTRADICTION, None)


def test_amount_and_currency_are_compared():
    one = payment(1, booked(1, "tr1"))
    assert found(said(999, payment_ref="tr1"), one) == (MatchClass.AMOUNT_DIFFERS, WhyOpen.AMOUNT, 1)
    assert found(said(payment_ref="tr1", currency="CHF"), one) == (MatchClass.AMOUNT_DIFFERS, WhyOpen.CURRENCY, None)
    assert found(said(999, merchant_tx_id="tx1"), payment(1)) == (MatchClass.AMOUNT_DIFFERS, WhyOpen.AMOUNT, None)


def test_money_our_books_do_not_know_is_to_be_booked():
    assert found(said(merchant_tx_id="tx1"), payment(1)) == (MatchClass.UNKNOWN, WhyOpen.TO_BOOK, None)
    second_money = said(merchant_tx_id="tx1", payment_ref="tr2")
    assert found(second_money, payment(1, booked(1, "tr1"))) == (MatchClass.UNKNOWN, WhyOpen.TO_BOOK, None)
    fee = said(-35, LineKind.FEE, merchant_tx_id="tx1")
    assert found(fee, payment(1, booked(1, "tr1"))) == (MatchClass.UNKNOWN, WhyOpen.TO_BOOK, None)


def test_the_same_payment_is_settled_once():
    books = Books([payment(1, booked(1, "page1"))])
    assert books.find(said(merchant_tx_id="tx1")).match == MatchClass.MATCHED
    assert books.find(said(merchant_tx_id="tx1")).why == WhyOpen.SETTLED_TWICE
    books = Books([payment(1)])
    assert books.find(said(merchant_tx_id="tx1")).is_to_book
    assert books.find(said(merchant_tx_id="tx1")).why == WhyOpen.SETTLED_TWICE
    assert found(said(payment_ref="tr1"), payment(1, booked(1, "tr1")), settled={1})[1] == WhyOpen.SETTLED_TWICE


def test_between_several_nobody_guesses():
    unpaid = (payment(1), payment(2))
    assert found(said(reference="KZ"), *unpaid, orders={"KZ": "o1"})[1] == WhyOpen.SEVERAL_PAYMENTS
    twice = (payment(1, booked(1, "a")), payment(2, booked(2, "b")))
    assert found(said(reference="KZ"), *twice, orders={"KZ": "o1"})[1] == WhyOpen.SEVERAL_PAYMENTS
    assert found(said(reference="KZ"), *twice, orders={"KZ": "o1"}, settled={1}) == (MatchClass.MATCHED, None, 2)
    orders = {"KZ1": "o1", "KZ2": "o2"}
    assert found(said(), payment(1), orders=orders, references=orders)[1] == WhyOpen.SEVERAL_ORDERS
    assert found(said(reference="KZ"), orders={"KZ": "o1"})[1] == WhyOpen.NO_ATTEMPT


def test_a_refund_finds_the_one_we_asked_for():
    refund = KnownRefund(key="r1", ref="re_1", amount_cents=400, is_done=False)
    paid = payment(1, booked(1, "tr1"), refunds=[refund])
    for line in (said(-400, LineKind.REFUND, provider_ref="re_1"), said(-400, LineKind.REFUND, merchant_tx_id="tx1")):
        finding = Books([paid]).find(line)
        assert (finding.is_to_book, finding.refund_key) == (True, "r1")
    outside = Books([paid]).find(said(-300, LineKind.REFUND, merchant_tx_id="tx1"))
    assert (outside.is_to_book, outside.refund_key) == (True, "")
    assert found(said(-400, LineKind.REFUND, merchant_tx_id="tx1"), payment(1))[1] == WhyOpen.REFUSED


def test_a_fee_of_the_contract_and_payouts_are_no_difference():
    for kind in (LineKind.FEE, LineKind.PAYOUT, LineKind.OTHER):
        assert found(said(-100, kind)) == (MatchClass.IGNORED, None, None)


@st.composite
def histories(draw):
    """Payments with entries, and lines that name them rightly, wrongly, twice or not at all."""
    payments = []
    for number in range(draw(st.integers(0, 4))):
        entries = [
            booked(
                number * 10 + place,
                draw(NAMES),
                draw(CENTS),
                draw(st.sampled_from(["payment", "refund", "chargeback"])),
            )
            for place in range(draw(st.integers(0, 3)))
        ]
        payments.append(payment(number, *entries, order=draw(st.sampled_from(["o1", "o2"])), ref=draw(NAMES)))
    kinds = st.sampled_from(list(LineKind))
    lines = st.builds(
        SettledLine, key=st.just("k"), kind=kinds, amount_cents=CENTS, currency=st.sampled_from(["EUR", "CHF"]),
        provider_ref=NAMES, payment_ref=NAMES, merchant_tx_id=st.sampled_from(["", "tx0", "tx1", "tx9"]),
        reference=st.sampled_from(["", "KZ1", "KZ2"]),
    )  # fmt: skip
    return payments, draw(st.lists(lines, max_size=6))


@given(histories())
def test_no_entry_is_settled_twice_and_nothing_matches_with_another_amount(history):
    payments, lines = history
    books = Books(payments, {"KZ1": "o1", "KZ2": "o2"})
    told = Counter()
    for line in lines:
        finding = books.find(line)
        if finding.match == MatchClass.MATCHED:
            assert (finding.entry.amount_cents, finding.entry.currency) == (line.amount_cents, line.currency)
            assert finding.entry.kind == line.kind
        if finding.entry and finding.match != MatchClass.AMBIGUOUS:
            told[finding.entry.pk] += 1
        assert (finding.why is None) == (finding.match in (MatchClass.MATCHED, MatchClass.IGNORED))
        if finding.is_to_book:
            assert finding.payment.currency == line.currency
    assert all(count == 1 for count in told.values())


@given(
    st.text(alphabet=" \n-/:.xK", max_size=12),
    st.lists(st.integers(1, 12), max_size=5),
    st.integers(10**12, 10**13 - 1),
)
def test_a_reference_is_found_with_blanks_and_breaks_inside(around, cuts, number):
    digits = str(number)
    parts = [digits[a:b] for a, b in zip([0, *sorted(set(cuts))], [*sorted(set(cuts)), 13], strict=True)]
    for glue in (" ", "\n", " - ", ""):
        text = f"Rechnung {around} {glue.join(parts)} {around} danke"
        assert digits in candidates(text, is_plausible=lambda found: len(found) == 13 and found.isdigit())


@pytest.mark.parametrize("text", ["", "x" * 5000, "1 " * 3000, "9" * 2000])
def test_long_texts_cost_little(text):
    assert len(candidates(text, is_plausible=lambda found: True)) < 20_000
