"""One order of a history: who is there, what must hold after each step, and how everything ends well."""

from __future__ import annotations

import datetime
import json
from collections import Counter

from hypothesis.stateful import RuleBasedStateMachine

from wagtail_epayment import outbox
from wagtail_epayment.flows import (
    confirm_by_hand,
    expire,
    poll_due,
    process_left_over,
    receive,
    refunds_due,
    reject_refund,
    start_payment,
)
from wagtail_epayment.flows.refundable import covered_cents
from wagtail_epayment.models import (
    LedgerEntry,
    MessageSource,
    OutboxEvent,
    PaymentOrder,
    Refund,
    RefundState,
)
from wagtail_epayment.providers.base import RawMessage, ReturnUrls
from wagtail_epayment.state import order_state
from wagtail_epayment.transitions import OPEN, REFUND_OPEN

from .books import booked, moved

CENTS = 5750


class OrderHistory(RuleBasedStateMachine):
    """``world`` gives it banks, contracts and people."""

    world: object

    def check_now(self):
        self.nothing_is_invented()
        self.nothing_acknowledged_is_lost()
        self.state_agrees_with_the_money()
        self.no_refund_is_sent_twice()

    def nothing_is_invented(self):
        ours, theirs = _nets(booked(self.order)), _nets(moved(self.bank, self.order))
        assert ours["payment"] <= theirs["payment"]
        assert not booked(self.order)["payment", CENTS] > moved(self.bank, self.order)["payment", CENTS]
        names = LedgerEntry.objects.filter(order=self.order).values_list("attempt", "kind", "provider_ref")
        assert len(set(names)) == len(names)

    def nothing_acknowledged_is_lost(self):
        entries = LedgerEntry.objects.filter(order=self.order)
        assert self.told <= set(entries.values_list("kind", "provider_ref"))

    def state_agrees_with_the_money(self):
        order = PaymentOrder.objects.get(pk=self.order.pk)
        state, expected = order_state(order), _expected(order)
        assert state in expected, (state, expected)

    def no_refund_is_sent_twice(self):
        keys = [refund.key for refund in self.sent_refunds() if refund.key]
        assert len(set(keys)) == len(keys)

    # The end

    def settle(self):
        """Everything is told, days pass, and people clear up what only people can."""
        while self.bank.waiting:
            notification = self.bank.waiting.pop(0)
            self.receive(notification)
        for _half_day in range(5):
            self.clock += datetime.timedelta(hours=13)
            every_minute()
            for refund in self.refunds(RefundState.UNKNOWN):
                if self.is_old:
                    self.clear_up_by_hand(refund)
            for refund in self.sent_refunds():
                if refund.state == "submitted":
                    self.bank.settle_refund(refund, "succeeded")
            while self.bank.waiting:
                self.receive(self.bank.waiting.pop(0))
        for refund in self.refunds(RefundState.REQUESTED):
            if covered_cents(refund) < refund.amount_cents:
                reject_refund(refund, user=self.world.officer, reason="Das Geld ist schon weg")
        self.check_the_end()

    def check_the_end(self):
        ours, theirs = booked(self.order), moved(self.bank, self.order)
        assert _nets(ours) == _nets(theirs), (ours, theirs)
        assert ours["payment", CENTS] == theirs["payment", CENTS]
        self.state_agrees_with_the_money()
        self.no_refund_is_sent_twice()
        assert not self.order.attempts.filter(state__in=OPEN).exists()
        assert not self.refunds(*REFUND_OPEN, RefundState.APPROVED)
        events = OutboxEvent.objects.filter(order=self.order).prefetch_related("deliveries")
        for event in events:
            assert event.delivered_at, event
            assert event.deliveries.count() == len(outbox._subscribers[event.kind])
        self.world.check_all()

    # Helpers

    @staticmethod
    def pick(things, which):
        return things[which % len(things)]

    def attempts(self):
        return list(self.order.attempts.select_related("order", "contract").order_by("created_at"))

    def payments(self):
        return list(LedgerEntry.objects.filter(order=self.order, kind="payment").order_by("pk"))

    def refunds(self, *states):
        rows = Refund.objects.filter(order=self.order, state__in=states).order_by("created_at")
        return list(rows.select_related("attempt__order", "attempt__contract", "payment"))

    def known(self):
        """The order's payments the bank knows of."""
        tx_ids = self.order.attempts.order_by("created_at").values_list("merchant_tx_id", flat=True)
        return [self.bank.payments[tx_id] for tx_id in tx_ids if tx_id in self.bank.payments]

    def paid(self):
        return [payment for payment in self.known() if payment.state == "succeeded"]

    def sent_refunds(self):
        return self.bank.refunds[self.first_refund :]

    def start(self):
        return start_payment(
            order=self.order, contract=self.contract, urls=lambda attempt: ReturnUrls(back="b", notify="http://n/")
        )

    def tellable(self):
        """A bank that cannot be asked about refunds tells of each in order; no order can be trusted otherwise."""
        if not self.is_old:
            return self.bank.waiting
        return self.bank.waiting[:1]

    def receive(self, notification):
        message = receive(contract=self.contract, source=MessageSource.NOTIFY, raw=raw_of(notification))
        said = json.loads(notification.body)
        if message.discrepancy or not message.processed_at:
            return
        if said["what"] == "payment" and said["state"] == "succeeded":
            self.told.add(("payment", said["payment_ref"]))
        if said["what"] == "chargeback":
            self.told.add(("chargeback_reversal" if said["is_reversal"] else "chargeback", said["ref"]))

    def clear_up_by_hand(self, refund):
        sent = next((each for each in self.sent_refunds() if each.key == str(refund.pk)), None)
        if sent is None or sent.state != "submitted":
            went = sent is not None and sent.state == "succeeded"
            reference = sent.ref if sent else "Kontoauszug"
            confirm_by_hand(refund, user=self.world.officer, reference=reference, succeeded=went, reason="nachgesehen")


def raw_of(notification):
    return RawMessage(body=notification.body, headers=notification.headers)


def every_minute():
    process_left_over()
    poll_due()
    expire()
    refunds_due()
    outbox.deliver_due()


def _nets(movements):
    """Sums by what the money was: a refund that came back is no refund."""
    sums = Counter()
    for (kind, cents), times in movements.items():
        sums[kind.removesuffix("_reversal")] += cents * times
    return Counter({kind: cents for kind, cents in sums.items() if cents})


def _expected(order):
    """The states the order may be in, from its movements in the order they were booked."""
    kept, owed, charged, has_paid = 0, order.amount_cents, 0, False
    for kind, cents in order.entries.exclude(kind="fee").order_by("pk").values_list("kind", "amount_cents"):
        surplus = max(0, kept - owed)
        kept += cents
        has_paid = has_paid or kind == "payment"
        if kind == "refund":
            owed -= max(0, -cents - surplus)
        elif kind == "refund_reversal":
            owed = min(order.amount_cents, owed + cents)
        elif kind.startswith("chargeback"):
            charged -= cents
        owed = max(0, owed)
    if not has_paid:
        return {"cancelled"} if order.cancelled_at else {"open", "pending"}
    if kept > owed:
        return {"overpaid"}
    if kept < owed:
        return {"charged_back"} if charged > 0 else {"open"}
    if kept == order.amount_cents:
        return {"paid"}
    return {"partly_refunded"} if kept > 0 else {"refunded"}
