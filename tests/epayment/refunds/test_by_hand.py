"""Where no provider gives money back, a person transfers it and another says how it ended."""

from __future__ import annotations

import pytest

from wagtail_epayment.errors import NeedsOtherPerson, RefundNotPossible
from wagtail_epayment.flows import approve_refund, confirm_by_hand
from wagtail_epayment.models import EntryKind, LedgerEntry, RefundState
from wagtail_epayment.providers.base import Capabilities
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider
from wagtail_epayment.state import OrderState, balance_cents, order_state

from .conftest import ask


def test_without_refunds_at_the_provider_a_person_transfers_and_another_confirms(
    payment, order, clerk, chief, monkeypatch
):
    monkeypatch.setattr(SandboxProvider, "can", Capabilities(poll=True))
    refund = approve_refund(ask(payment, clerk), user=chief)
    assert refund.state == RefundState.MANUAL
    with pytest.raises(NeedsOtherPerson):
        confirm_by_hand(refund, user=clerk, reference="UEB-1", succeeded=True)
    with pytest.raises(RefundNotPossible):
        confirm_by_hand(refund, user=chief, reference="", succeeded=True)
    confirm_by_hand(refund, user=chief, reference="UEB-1", succeeded=True)
    assert order_state(order) == OrderState.REFUNDED
    assert LedgerEntry.objects.get(kind=EntryKind.REFUND).provider_ref == "UEB-1"
    with pytest.raises(RefundNotPossible):
        confirm_by_hand(refund, user=chief, reference="UEB-2", succeeded=True)


def test_two_transfers_under_one_reference_are_told_apart(payment, order, clerk, chief, monkeypatch):
    monkeypatch.setattr(SandboxProvider, "can", Capabilities(poll=True))
    one, two = (approve_refund(ask(payment, clerk, cents), user=chief) for cents in (1000, 2000))
    confirm_by_hand(one, user=chief, reference="UEB-1", succeeded=True)
    with pytest.raises(RefundNotPossible):
        confirm_by_hand(two, user=chief, reference=" UEB-1 ", succeeded=True)
    confirm_by_hand(two, user=chief, reference="UEB-1/2", succeeded=True)
    assert balance_cents(order) == 2750


def test_what_was_not_transferred_takes_no_reference_away(payment, order, clerk, chief, monkeypatch):
    monkeypatch.setattr(SandboxProvider, "can", Capabilities(poll=True))
    for _attempt in range(2):
        refund = approve_refund(ask(payment, clerk, 1000), user=chief)
        confirm_by_hand(refund, user=chief, reference="Auszug 7", succeeded=False, reason="Konto erloschen")
    refund = approve_refund(ask(payment, clerk, 1000), user=chief)
    confirm_by_hand(refund, user=chief, reference="Auszug 7", succeeded=True)
    assert balance_cents(order) == 4750
