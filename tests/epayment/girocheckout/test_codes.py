from __future__ import annotations

import pytest

from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable
from wagtail_epayment.providers.girocheckout.codes import check_rc, payment_state, refund_state
from wagtail_epayment.providers.girocheckout.texts import (
    clipped,
    from_refund_id,
    to_our_id,
    to_refund_id,
    to_their_id,
)

STORIES = {
    "succeeded": ["4000"],
    "cancelled": ["4502"],
    "expired": ["4501"],
    "pending": [""],
    # Nobody knows: asked about again. AVS codes say nothing about money.
    "unknown": [
        "4500",
        "4152",
        "4154",
        "4503",
        "5100",
        "5101",
        "5505",
        "9999",
        "4020",
        "4999",
        "1",
        "abcd",
        "٤٠٠٠",
        "-400",
    ],
    "failed": ["4001", "4002", "4051", "4101", "4102", "4108", "4151", "4504", "4505", "4900", "5027", "5200", "5205"],
}


@pytest.mark.parametrize(("state", "code"), [(state, code) for state, codes in STORIES.items() for code in codes])
def test_what_a_result_says_of_a_payment(state, code):
    assert payment_state(code) == state


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("4000", "succeeded"),
        ("", "submitted"),
        ("4500", "unknown"),
        ("9999", "unknown"),
        ("4900", "failed"),
        ("4502", "failed"),
    ],
)
def test_what_a_result_says_of_a_refund(code, state):
    assert refund_state(code) == state


def test_zero_is_fine():
    check_rc(0)


@pytest.mark.parametrize("rc", [5000, 5001, 5002, 5003, 5020, 5021, 5022, 5023, 5030, 5033, 5086, 5200, 5504])
def test_refused_for_what_the_call_says(rc):
    with pytest.raises(ProviderRefused):
        check_rc(rc)


@pytest.mark.parametrize("rc", [5100, 5101, 5505, 9999, 4711, -1])
def test_nobody_knows_whether_it_acted(rc):
    with pytest.raises(ProviderUnavailable):
        check_rc(rc)


@pytest.mark.parametrize("ours", ["KZ2026000017-0a1b2c3d4e5f", "a_b-c", "plain", "-", ""])
def test_our_ids_in_their_characters_and_back(ours):
    theirs = to_their_id(ours)
    assert to_our_id(theirs) == ours
    assert "-" not in theirs


def test_a_refund_names_its_payment_and_itself():
    theirs = to_refund_id("KZ1-0a1b", key="7b3f9a52-2d0c")
    assert from_refund_id(theirs) == ("KZ1-0a1b", "7b3f9a52-2d0c")
    assert all(char.isalnum() or char in "&=+,:;._!?#/" for char in theirs)


@pytest.mark.parametrize("other", ["KZ1_0a1b", "refund", "refund.", "refund.x", "refund.x.", "other.x.y", ""])
def test_a_payments_id_is_no_refunds(other):
    assert from_refund_id(other) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  Sperrgut\tund\nMüll  ", "Sperrgut und Müll"),
        ("x" * 40, "x" * 27),
        ("KZ-2026-000017 Sperrgutabf ür", "KZ-2026-000017 Sperrgutabf"),
        ("\x00\u202e", ""),
    ],
)
def test_a_purpose_is_one_short_printable_line(text, line):
    assert clipped(text, longest=27) == line
