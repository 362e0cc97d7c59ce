"""Giving money back: who asks, who approves, what the provider says, what is never done twice."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from wagtail_epayment.errors import NeedsOtherPerson, ProviderRefused, ProviderUnavailable, RefundNotPossible
from wagtail_epayment.flows import (
    approve_refund,
    confirm_by_hand,
    refundable_cents,
    refunds_due,
    reject_refund,
    request_refund,
    take_up_proposal,
)
from wagtail_epayment.flows.refund import submit_refund
from wagtail_epayment.models import (
    EntryKind,
    EventKind,
    LedgerEntry,
    OutboxEvent,
    ProviderMessage,
    Refund,
    RefundCause,
    RefundState,
)
from wagtail_epayment.providers.base import Capabilities, RawMessage, RefundWord
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider
from wagtail_epayment.state import OrderState, balance_cents, due_cents, order_state

RAW = RawMessage(body=b"{}", headers={})


class Bank:
    """What the provider answers to refunds; counts how often money was sent back."""

    def __init__(self):
        self.answers = [RefundState.SUCCEEDED]
        self.keys = []
        self.changes = {}

    def refund(self, attempt, refund):
        self.keys.append(refund.key)
        return self._answer(attempt, refund)

    def fetch(self, attempt, refund):
        return self._answer(attempt, refund)

    def _answer(self, attempt, refund):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        fields = {
            "state": answer,
            "amount_cents": refund.amount_cents,
            "currency": "EUR",
            "is_verified": True,
            "refund_ref": f"re_{refund.key}",
            "refund_key": refund.key,
            "merchant_tx_id": attempt.merchant_tx_id,
        }
        return RAW, RefundWord(**fields | self.changes)


@pytest.fixture
def bank(monkeypatch):
    bank = Bank()
    can = Capabilities(notify=True, poll=True, refund=True, partial_refund=True, poll_refund=True)
    monkeypatch.setattr(SandboxProvider, "can", can)
    monkeypatch.setattr(SandboxProvider, "refund", lambda self, attempt, refund: bank.refund(attempt, refund))
    monkeypatch.setattr(SandboxProvider, "fetch_refund", lambda self, attempt, refund: bank.fetch(attempt, refund))
    return bank


@pytest.fixture
def payment(under_way):
    assert under_way.says().status_code == 200
    return LedgerEntry.objects.get()


@pytest.fixture
def clerk(db):
    return get_user_model().objects.create_user("frau.schmidt")


@pytest.fixture
def chief(db):
    return get_user_model().objects.create_user("herr.kaya")


def ask(payment, user, cents=5750, believed=None):
    believed = refundable_cents(payment) if believed is None else believed
    return request_refund(
        payment=payment, amount_cents=cents, believed_cents=believed, reason="Termin fiel aus", user=user
    )


def sent(refund):
    """The refund after its task ran."""
    submit_refund(refund)
    refund.refresh_from_db()
    return refund


def test_one_asks_another_approves_the_money_goes_back_once(bank, payment, order, clerk, chief):
    refund = ask(payment, clerk)
    assert refund.state == RefundState.REQUESTED
    refund = sent(approve_refund(refund, user=chief, reason="in Ordnung"))
    assert refund.state == RefundState.SUCCEEDED
    sent(refund)
    assert bank.keys == [str(refund.pk)]
    assert order_state(order) == OrderState.REFUNDED
    assert balance_cents(order) == due_cents(order) == 0
    assert OutboxEvent.objects.filter(kind=EventKind.REFUND_SUCCEEDED).count() == 1


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


def test_a_lost_answer_is_unknown_and_never_sent_again(bank, payment, order, clerk, chief):
    bank.answers = [ProviderUnavailable("silent")]
    refund = sent(approve_refund(ask(payment, clerk), user=chief))
    assert refund.state == RefundState.UNKNOWN
    for _ in range(3):
        Refund.objects.update(next_poll_at=timezone.now())
        refunds_due()
    assert len(bank.keys) == 1
    bank.answers = [RefundState.SUCCEEDED]
    Refund.objects.update(next_poll_at=timezone.now())
    refunds_due()
    assert len(bank.keys) == 1
    assert order_state(order) == OrderState.REFUNDED


def test_a_provider_that_knows_the_key_is_asked_again_with_the_same_key(bank, payment, clerk, chief, monkeypatch):
    can = Capabilities(refund=True, idempotent_refund=True)
    monkeypatch.setattr(SandboxProvider, "can", can)
    bank.answers = [ProviderUnavailable("silent"), RefundState.SUCCEEDED]
    refund = sent(approve_refund(ask(payment, clerk), user=chief))
    Refund.objects.update(next_poll_at=timezone.now())
    refunds_due()
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    assert bank.keys == [str(refund.pk)] * 2


def test_a_refusal_fails_frees_the_money_and_says_why(bank, payment, order, clerk, chief):
    bank.answers = [ProviderRefused("Konto geschlossen")]
    refund = sent(approve_refund(ask(payment, clerk), user=chief))
    assert (refund.state, refund.last_error) == (RefundState.FAILED, "Konto geschlossen")
    assert refundable_cents(payment) == 5750
    assert order_state(order) == OrderState.PAID
    assert OutboxEvent.objects.filter(kind=EventKind.REFUND_FAILED).count() == 1


def test_a_killed_process_leaves_a_refund_that_is_found_again(bank, payment, clerk, chief):
    refund = approve_refund(ask(payment, clerk), user=chief)
    Refund.objects.update(state=RefundState.SUBMITTING, next_poll_at=timezone.now())
    Refund.objects.update(updated_at=timezone.now() - datetime.timedelta(hours=1))
    bank.answers = [ProviderUnavailable("silent")]
    refunds_due()
    refund.refresh_from_db()
    assert (refund.state, bank.keys) == (RefundState.UNKNOWN, [])


def test_a_refund_that_comes_back_is_booked_back_and_may_work_after_all(bank, payment, order, clerk, chief):
    refund = sent(approve_refund(ask(payment, clerk), user=chief))
    for state, balance in [
        (RefundState.FAILED, 5750),
        (RefundState.FAILED, 5750),
        (RefundState.SUCCEEDED, 0),
        (RefundState.FAILED, 5750),
    ]:
        bank.answers = [state]
        Refund.objects.update(next_poll_at=timezone.now())
        if refund.state == RefundState.FAILED:
            from wagtail_epayment.flows.refund import poll_refund

            poll_refund(Refund.objects.select_related("attempt", "payment").get())
        else:
            refunds_due()
        refund.refresh_from_db()
        assert balance_cents(order) == balance
    kinds = list(LedgerEntry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        EntryKind.PAYMENT,
        EntryKind.REFUND,
        EntryKind.REFUND_REVERSAL,
        EntryKind.REFUND,
        EntryKind.REFUND_REVERSAL,
    ]


def test_another_amount_than_ours_books_nothing(bank, payment, order, clerk, chief):
    bank.changes = {"amount_cents": 1}
    refund = sent(approve_refund(ask(payment, clerk), user=chief))
    assert refund.state == RefundState.SUBMITTING
    assert balance_cents(order) == 5750
    assert ProviderMessage.objects.exclude(discrepancy="").count() == 1


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


def test_a_refund_made_at_the_provider_is_booked_and_shown(bank, under_way, payment, order):
    word = RefundWord(
        state=RefundState.SUCCEEDED,
        amount_cents=1000,
        currency="EUR",
        is_verified=True,
        refund_ref="re_outside",
        payment_ref=payment.provider_ref,
        dedupe_key="e1",
    )
    tell(under_way, word)
    tell(under_way, word)
    assert Refund.objects.get().cause == RefundCause.OUTSIDE
    assert balance_cents(order) == 4750
    assert ProviderMessage.objects.filter(discrepancy__contains="not here").count() == 1


def tell(under_way, word):
    from wagtail_epayment.flows import apply_message
    from wagtail_epayment.flows.inbox import store
    from wagtail_epayment.models import MessageSource

    return apply_message(store(contract=under_way.attempt.contract, source=MessageSource.NOTIFY, raw=RAW), word)


def test_a_refund_told_of_before_its_payment_waits_for_it(bank, under_way, order):
    word = RefundWord(
        state=RefundState.SUCCEEDED,
        amount_cents=5750,
        currency="EUR",
        is_verified=True,
        refund_ref="re_1",
        merchant_tx_id=under_way.attempt.merchant_tx_id,
        dedupe_key="e1",
    )
    assert tell(under_way, word).processed_at is None
    under_way.says()
    assert tell(under_way, word).processed_at is not None
    assert order_state(order) == OrderState.REFUNDED


@pytest.mark.parametrize("told_first", ["failed", "succeeded"])
def test_what_is_told_of_a_refund_in_the_wrong_order_books_nothing_in_between(
    bank, under_way, payment, order, clerk, chief, told_first
):
    bank.answers = [RefundState.SUBMITTED]
    refund = sent(approve_refund(ask(payment, clerk), user=chief))
    now = timezone.now()
    told_then = "succeeded" if told_first == "failed" else "failed"
    for state, minutes in ((told_first, 2), (told_then, 1)):
        word = RefundWord(
            state=RefundState(state),
            amount_cents=refund.amount_cents,
            currency="EUR",
            is_verified=True,
            refund_ref=refund.provider_ref,
            refund_key=str(refund.pk),
            merchant_tx_id=under_way.attempt.merchant_tx_id,
            dedupe_key=state,
            occurred_at=now + datetime.timedelta(minutes=minutes),
        )
        assert tell(under_way, word).discrepancy == ""
    refund.refresh_from_db()
    assert refund.state == told_first
    assert order.entries.exclude(kind="payment").count() == (1 if told_first == "succeeded" else 0)
