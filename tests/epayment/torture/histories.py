"""Random histories of one order: what citizen, bank, clerk, clock, poller and a dying server may do to it.

The bank (``bank.py``) is the truth. After each step nothing stands in the books that did not move at the bank, and
what the bank told and we acknowledged stands there. At the end of each history everything is told, days pass, people
clear up what only people can, and books and bank agree to the cent.
"""

from __future__ import annotations

import datetime
from contextlib import suppress
from unittest import mock

import hypothesis.strategies as st
from django.utils import timezone
from hypothesis.stateful import initialize, invariant, precondition, rule

from tests.fakes.server import Fault
from wagtail_epayment.errors import NeedsOtherPerson, OrderNotPayable, PaymentError, RefundNotPossible
from wagtail_epayment.flows import (
    NewItem,
    approve_refund,
    cancel_order,
    create_order,
    poll_attempt,
    receive,
    refundable_cents,
    reject_refund,
    request_refund,
    take_up_proposal,
)
from wagtail_epayment.models import (
    ContractBreaker,
    MessageSource,
    OutboxEvent,
    PaymentAttempt,
    Refund,
    RefundState,
)
from wagtail_epayment.providers.base import RawMessage
from wagtail_epayment.transitions import OPEN

from .books import booked
from .dying import live_or_die
from .order_history import CENTS, OrderHistory, every_minute, raw_of

#: Most steps end well; the others die at a statement early or late.
DEATHS = st.one_of(st.just(0), st.just(0), st.just(0), st.integers(1, 12), st.integers(1, 60))
FAULTS = st.one_of(st.none(), st.none(), st.sampled_from([fault for fault in Fault if fault != Fault.BAD_SIGNATURE]))
ANY = st.integers(0, 1000)


class Histories(OrderHistory):
    """What may happen, step by step."""

    @initialize(is_old=st.booleans())
    def begin(self, is_old):
        self.bank, self.contract = self.world.banks[is_old]
        self.is_old = is_old
        self.bank.waiting.clear()
        self.bank.refund_state = "succeeded"
        ContractBreaker.objects.all().delete()
        PaymentAttempt.objects.update(next_poll_at=None)
        Refund.objects.update(next_poll_at=None)
        self.order = create_order(
            site=self.contract.site, purpose="Sperrgut", items=[NewItem(label="x", unit_cents=CENTS)]
        )
        self.told = set()
        self.disputes = []
        self.first_refund, self.first_event = len(self.bank.refunds), OutboxEvent.objects.count()
        self.clock, now = datetime.timedelta(), timezone.now
        self._clock = mock.patch.object(timezone, "now", side_effect=lambda: now() + self.clock)
        self._clock.start()

    def teardown(self):
        if not hasattr(self, "order"):
            return
        try:
            self.settle()
        finally:
            self._clock.stop()

    # The citizen

    @rule(death=DEATHS, fault=FAULTS)
    def press_pay(self, death, fault):
        if fault:
            self.bank.will("POST payments", fault)
        with suppress(PaymentError):
            live_or_die(death, self.start)
        self.bank._faults.clear()

    @precondition(lambda self: self.known())
    @rule(which=ANY, is_told=st.booleans())
    def pay(self, which, is_told):
        payment = self.pick(self.known(), which)
        if payment.state == "succeeded":
            # Who only asks for the state would not hear of two transfers, so both are told.
            self.bank.tell_payment(payment.tx_id)
            is_told = True
        self.bank.pay(payment.tx_id, is_told=is_told)

    @precondition(lambda self: self.known())
    @rule(which=ANY, how=st.sampled_from(["failed", "cancelled"]))
    def give_up(self, which, how):
        self.bank.end(self.pick(self.known(), which).tx_id, how)

    @precondition(lambda self: self.attempts())
    @rule(which=ANY, death=DEATHS, fault=FAULTS)
    def come_back(self, which, death, fault):
        attempt = self.pick(self.attempts(), which)
        if attempt.state not in OPEN:
            return
        if fault:
            self.bank.will("GET payments", fault)
        with suppress(PaymentError):
            live_or_die(death, lambda: poll_attempt(attempt, source=MessageSource.RETURN))
        self.bank._faults.clear()

    # The bank

    @precondition(lambda self: self.bank.waiting)
    @rule(which=ANY, death=DEATHS, times=st.integers(1, 2))
    def tell(self, which, death, times):
        """Any of what waits; what got no answer is told again."""
        notification = self.pick(self.tellable(), which)
        for _time in range(times):
            if live_or_die(death, lambda: self.receive(notification)) and notification in self.bank.waiting:
                self.bank.waiting.remove(notification)

    @precondition(lambda self: self.known())
    @rule(which=ANY, lie=st.sampled_from([{"cents": 1}, {"cents": 999_999}, {"currency": "CHF"}, {"ref": "foreign"}]))
    def lie(self, which, lie):
        """Signed by the bank, and wrong."""
        before = booked(self.order)
        payment = self.pick(self.known(), which)
        if "ref" in lie and not PaymentAttempt.objects.get(merchant_tx_id=payment.tx_id).provider_ref:
            return  # Its name for the payment is not known yet: there is nothing it would contradict.
        self.bank.tell_payment(payment.tx_id, state="succeeded", payment_ref="lie", **lie)
        message = receive(contract=self.contract, source=MessageSource.NOTIFY, raw=raw_of(self.bank.waiting.pop()))
        assert message.discrepancy
        assert booked(self.order) == before

    @precondition(lambda self: self.known())
    @rule(which=ANY)
    def forge(self, which):
        before = booked(self.order)
        self.bank.tell_payment(self.pick(self.known(), which).tx_id, state="succeeded", payment_ref="forged")
        raw = RawMessage(body=self.bank.waiting.pop().body, headers={"X-Sandbox-Signature": "0" * 64})
        assert not receive(contract=self.contract, source=MessageSource.NOTIFY, raw=raw).is_verified
        assert booked(self.order) == before

    @precondition(lambda self: self.paid())
    @rule(which=ANY, state=st.sampled_from(["failed", "cancelled", "pending", "unknown"]))
    def take_it_all_back(self, which, state):
        """Success is told to have failed after all; the money stays."""
        self.bank.tell_payment(self.pick(self.paid(), which).tx_id, state=state, payment_ref="")

    @precondition(lambda self: self.paid())
    @rule(which=ANY, cents=st.integers(1, CENTS))
    def refund_outside(self, which, cents):
        payment = self.pick(self.paid(), which)
        left = sum(movement.cents for movement in self.bank.of([payment.tx_id]))
        if left > 0:
            self.bank.refund_outside(payment.tx_id, min(cents, left))

    @precondition(lambda self: self.paid())
    @rule(which=ANY)
    def charge_back(self, which):
        payment = self.pick(self.paid(), which)
        if sum(movement.cents for movement in self.bank.of([payment.tx_id])) >= CENTS:
            ref = self.bank.charge_back(payment.tx_id, payment.payment_ref, CENTS)
            self.disputes.append((payment, ref))

    @precondition(lambda self: self.disputes)
    @rule(which=ANY)
    def win_dispute(self, which):
        payment, ref = self.disputes.pop(which % len(self.disputes))
        self.bank.reverse_chargeback(payment.tx_id, ref, payment.payment_ref, CENTS)

    @precondition(lambda self: self.sent_refunds())
    @rule(which=ANY, state=st.sampled_from(["succeeded", "failed"]))
    def end_refund(self, which, state):
        refund = self.pick(self.sent_refunds(), which)
        if refund.state == "submitted" or not self.is_old:
            self.bank.settle_refund(refund, state)

    @rule(state=st.sampled_from(["succeeded", "submitted", "failed"]))
    def refunds_will(self, state):
        """How the bank ends refunds from now on."""
        self.bank.refund_state = state

    # Clerks

    @precondition(lambda self: self.payments())
    @rule(which=ANY, share=st.integers(1, 4), stale=st.sampled_from([0, 0, 0, 1]))
    def request(self, which, share, stale):
        payment = self.pick(self.payments(), which)
        believed = refundable_cents(payment)
        cents = max(1, believed // share)
        with suppress(RefundNotPossible):
            request_refund(
                payment=payment, amount_cents=cents, believed_cents=believed + stale, reason="Doppelt",
                user=self.world.clerk,
            )  # fmt: skip
            assert believed
            assert not stale

    @precondition(lambda self: self.refunds(RefundState.PROPOSED))
    @rule(which=ANY)
    def take_up(self, which):
        refund = self.pick(self.refunds(RefundState.PROPOSED), which)
        with suppress(RefundNotPossible):
            believed = refundable_cents(refund.payment)
            take_up_proposal(refund, believed_cents=believed, reason="", user=self.world.clerk)

    @precondition(lambda self: self.refunds(RefundState.REQUESTED))
    @rule(which=ANY, death=DEATHS, fault=FAULTS)
    def approve(self, which, death, fault):
        refund = self.pick(self.refunds(RefundState.REQUESTED), which)
        if fault:
            self.bank.will("POST refunds", fault)
        with suppress(RefundNotPossible):
            live_or_die(death, lambda: approve_refund(refund, user=self.world.officer))
        self.bank._faults.clear()

    @precondition(lambda self: self.refunds(RefundState.REQUESTED))
    @rule(which=ANY)
    def approve_alone(self, which):
        refund = self.pick(self.refunds(RefundState.REQUESTED), which)
        with suppress(NeedsOtherPerson):
            approve_refund(refund, user=self.world.clerk)
            raise AssertionError("One person alone has given money back.")

    @precondition(lambda self: self.refunds(RefundState.REQUESTED, RefundState.PROPOSED))
    @rule(which=ANY)
    def reject(self, which):
        refunds = self.refunds(RefundState.REQUESTED, RefundState.PROPOSED)
        reject_refund(self.pick(refunds, which), user=self.world.officer, reason="nein")

    @precondition(lambda self: self.refunds(RefundState.UNKNOWN))
    @rule(which=ANY)
    def clear_up(self, which):
        self.clear_up_by_hand(self.pick(self.refunds(RefundState.UNKNOWN), which))

    @rule()
    def cancel(self):
        with suppress(OrderNotPayable):
            cancel_order(self.order)

    # Time

    @rule(minutes=st.sampled_from([1, 3, 20, 90, 13 * 60, 25 * 60]), death=DEATHS, fault=FAULTS)
    def time_passes(self, minutes, death, fault):
        self.clock += datetime.timedelta(minutes=minutes)
        if fault:
            self.bank.will("GET payments", fault)
            self.bank.will("POST refunds", fault)
        live_or_die(death, every_minute)
        self.bank._faults.clear()

    # What always holds

    @invariant()
    def the_books_hold(self):
        if hasattr(self, "order"):
            self.check_now()
