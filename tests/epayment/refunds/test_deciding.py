"""Who asks for money to be given back, who approves it, and how much of it there is."""

from __future__ import annotations

import pytest

from wagtail_epayment.errors import NeedsOtherPerson, RefundNotPossible
from wagtail_epayment.flows import approve_refund, refundable_cents, reject_refund, take_up_proposal
from wagtail_epayment.models import Refund, RefundCause, RefundState
from wagtail_epayment.state import OrderState, balance_cents, due_cents, order_state

from .conftest import ask, sent


def test_nobody_approves_what_they_asked_for_themselves(bank, payment, clerk):
    refund = ask(payment, clerk)
    with pytest.raises(NeedsOtherPerson):
        approve_refund(refund, user=clerk)
    assert bank.keys == []


def test_small_amounts_need_no_second_person_but_cannot_be_split(bank, payment, contract, clerk):
    contract.approval_above_cents = 1000
    contract.save()
    assert ask(payment, clerk, 600).state == RefundState.APPROVED
    assert ask(payment, clerk, 400).state == RefundState.APPROVED
    assert ask(payment, clerk, 1).state == RefundState.REQUESTED


def test_part_of_a_fee_given_back_leaves_nothing_to_pay(bank, payment, order, clerk, chief):
    sent(approve_refund(ask(payment, clerk, 2000), user=chief))
    assert order_state(order) == OrderState.PARTLY_REFUNDED
    assert (balance_cents(order), due_cents(order), refundable_cents(payment)) == (3750, 0, 3750)


@pytest.mark.parametrize(("cents", "believed"), [(0, 5750), (-1, 5750), (5751, 5750), (100, 5749)])
def test_more_than_there_is_or_on_an_old_page_is_refused(bank, payment, clerk, cents, believed):
    with pytest.raises(RefundNotPossible):
        ask(payment, clerk, cents, believed)
    assert not Refund.objects.exists()


def test_what_is_being_given_back_cannot_be_given_back_again(bank, payment, clerk):
    ask(payment, clerk, 5000)
    assert refundable_cents(payment) == 750
    with pytest.raises(RefundNotPossible):
        ask(payment, clerk, 751)


def test_a_rejected_refund_frees_the_money_and_keeps_the_reason(bank, payment, clerk, chief):
    refund = reject_refund(ask(payment, clerk), user=chief, reason="Leistung wurde erbracht")
    assert (refund.state, refund.decision) == (RefundState.REJECTED, "Leistung wurde erbracht")
    assert refundable_cents(payment) == 5750
    with pytest.raises(RefundNotPossible):
        approve_refund(refund, user=chief)


def test_paid_twice_proposes_to_give_the_second_payment_back(bank, under_way, order, clerk, chief):
    under_way.says()
    under_way.says(payment_ref="tr_2")
    proposal = Refund.objects.get()
    assert (proposal.state, proposal.cause, proposal.amount_cents) == (
        RefundState.PROPOSED,
        RefundCause.OVERPAID,
        5750,
    )
    assert proposal.payment.provider_ref == "tr_2"
    refund = take_up_proposal(proposal, believed_cents=refundable_cents(proposal.payment), reason="doppelt", user=clerk)
    sent(approve_refund(refund, user=chief))
    assert order_state(order) == OrderState.PAID
