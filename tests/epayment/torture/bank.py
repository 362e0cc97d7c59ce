"""A bank that can do everything a provider can, over real HTTP: the truth the books are measured by.

It keeps every movement of money in a list. What it tells, how often, in which order and whether it is true is another
matter, and in the hands of the test.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterable
from typing import Any

from tests.fakes.server import Answer, Call, FakeProvider, Notification
from wagtail_epayment.models import EntryKind
from wagtail_epayment.providers.sandbox.signing import HEADER, sign

SECRET = "house-bank-secret-0815"


@dataclasses.dataclass(frozen=True)
class Movement:
    """Money that moved; signed cents as the commune sees them."""

    tx_id: str
    kind: EntryKind
    ref: str
    cents: int


@dataclasses.dataclass
class Payment:
    """A payment as the bank knows it."""

    tx_id: str
    ref: str
    cents: int
    notify_url: str
    state: str = "pending"
    payment_ref: str = ""


@dataclasses.dataclass
class BankRefund:
    """Money the bank was asked to send back; ``key`` is the merchant's, empty if it was made at the bank."""

    tx_id: str
    ref: str
    key: str
    cents: int
    state: str = "submitted"


class FakeBank(FakeProvider):
    """Payments are named by the merchant's transaction ids. ``is_idempotent``: a refund's key is recognised."""

    def __init__(self, *, is_idempotent: bool = True) -> None:
        super().__init__()
        self.is_idempotent = is_idempotent
        self.payments: dict[str, Payment] = {}
        self.refunds: list[BankRefund] = []
        self.movements: list[Movement] = []
        self.refund_state = "succeeded"
        self._numbers = itertools.count(1)

    def of(self, tx_ids: Iterable[str]) -> list[Movement]:
        """What moved for these payments."""
        wanted = set(tx_ids)
        return [movement for movement in self.movements if movement.tx_id in wanted]

    # What happens at the bank; each tells of it unless it is unannounced

    def pay(self, tx_id: str, *, is_told: bool = True) -> None:
        """The payer's money arrives; a second time, too, if the payer sends it twice."""
        with self.lock:
            payment = self.payments[tx_id]
            ref = self._name("tr")
            payment.state, payment.payment_ref = "succeeded", payment.payment_ref or ref
            self.movements.append(Movement(tx_id, EntryKind.PAYMENT, ref, payment.cents))
            if is_told:
                self.tell_payment(tx_id, payment_ref=ref)

    def end(self, tx_id: str, state: str) -> None:
        """It ends without money; money may still come later."""
        with self.lock:
            if self.payments[tx_id].state != "succeeded":
                self.payments[tx_id].state = state
            self.tell_payment(tx_id, state=state)

    def settle_refund(self, refund: BankRefund, state: str) -> None:
        """A refund under way succeeds or fails, or one that had succeeded comes back."""
        with self.lock:
            self._move_refund(refund, state)
            self.tell_refund(refund)

    def refund_outside(self, tx_id: str, cents: int) -> None:
        """Somebody gives money back at the bank's own counter."""
        with self.lock:
            refund = BankRefund(tx_id, self._name("re"), "", cents)
            self.refunds.append(refund)
            self.settle_refund(refund, "succeeded")

    def charge_back(self, tx_id: str, payment_ref: str, cents: int) -> str:
        """The payer's bank takes money back; returns the name of the dispute."""
        with self.lock:
            ref = self._name("dp")
            self.movements.append(Movement(tx_id, EntryKind.CHARGEBACK, ref, -cents))
            self._tell_dispute(tx_id, ref, payment_ref, cents, is_reversal=False)
            return ref

    def reverse_chargeback(self, tx_id: str, ref: str, payment_ref: str, cents: int) -> None:
        """The dispute is won: the money comes again."""
        with self.lock:
            self.movements.append(Movement(tx_id, EntryKind.CHARGEBACK_REVERSAL, ref, cents))
            self._tell_dispute(tx_id, ref, payment_ref, cents, is_reversal=True)

    # What is told

    def tell_payment(self, tx_id: str, **lies: Any) -> None:
        """Queue what is to be said of a payment; ``lies`` replace the truth, and are signed all the same."""
        said = self._payment_said(self.payments[tx_id]) | lies
        self._tell(tx_id, {"id": self._name("evt"), **said})

    def tell_refund(self, refund: BankRefund) -> None:
        self._tell(refund.tx_id, {"id": self._name("evt"), **self._refund_said(refund)})

    def _tell_dispute(self, tx_id: str, ref: str, payment_ref: str, cents: int, *, is_reversal: bool) -> None:
        said = {"what": "chargeback", "tx_id": tx_id, "ref": ref, "payment_ref": payment_ref, "cents": cents}
        self._tell(tx_id, {"id": self._name("evt"), **said, "currency": "EUR", "is_reversal": is_reversal})

    def _tell(self, tx_id: str, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        headers = {HEADER: sign(body, SECRET), "Content-Type": "application/json"}
        self.say(Notification("POST", self.payments[tx_id].notify_url, body, headers))

    def _payment_said(self, payment: Payment) -> dict[str, Any]:
        return {
            "what": "payment", "tx_id": payment.tx_id, "ref": payment.ref, "state": payment.state,
            "cents": payment.cents, "currency": "EUR", "payment_ref": payment.payment_ref,
        }  # fmt: skip

    def _refund_said(self, refund: BankRefund) -> dict[str, Any]:
        return {
            "what": "refund", "tx_id": refund.tx_id, "ref": refund.ref, "key": refund.key, "state": refund.state,
            "cents": refund.cents, "currency": "EUR",
        }  # fmt: skip

    # The server

    def operation(self, call: Call) -> str:
        return f"{call.method} {call.path.strip('/').split('/')[0]}"

    def handle(self, call: Call) -> Answer:
        act = {
            "POST payments": self._begin, "GET payments": self._payment_asked,
            "POST refunds": self._refund_ordered, "GET refunds": self._refund_asked,
        }.get(self.operation(call))  # fmt: skip
        said = act(call) if act else None
        if said is None:
            return Answer(b"{}", 404)
        body = json.dumps(said).encode()
        return Answer(body, headers={HEADER: sign(body, SECRET)})

    def _begin(self, call: Call) -> dict[str, Any]:
        asked = json.loads(call.body)
        tx_id = asked["tx_id"]
        payment = self.payments.setdefault(
            tx_id, Payment(tx_id, self._name("pay"), asked["cents"], asked["notify_url"])
        )
        return {"ref": payment.ref, "url": f"{self.url}/page/{payment.ref}"}

    def _payment_asked(self, call: Call) -> dict[str, Any] | None:
        payment = self.payments.get(call.path.strip("/").split("/")[-1])
        return self._payment_said(payment) if payment else None

    def _refund_ordered(self, call: Call) -> dict[str, Any] | None:
        asked = json.loads(call.body)
        key, tx_id, cents = asked["key"], asked["tx_id"], asked["cents"]
        known = next((refund for refund in self.refunds if refund.key == key), None)
        if known and self.is_idempotent:
            return self._refund_said(known)
        if cents > sum(movement.cents for movement in self.of([tx_id])):
            return None
        refund = BankRefund(tx_id, self._name("re"), key, cents)
        self.refunds.append(refund)
        self._move_refund(refund, self.refund_state)
        return self._refund_said(refund)

    def _refund_asked(self, call: Call) -> dict[str, Any] | None:
        key = call.path.strip("/").split("/")[-1]
        found = next((refund for refund in self.refunds if refund.key == key), None)
        return self._refund_said(found) if found else None

    def _move_refund(self, refund: BankRefund, state: str) -> None:
        if state == refund.state:
            return
        if state == "succeeded":
            self.movements.append(Movement(refund.tx_id, EntryKind.REFUND, refund.ref, -refund.cents))
        elif refund.state == "succeeded":
            self.movements.append(Movement(refund.tx_id, EntryKind.REFUND_REVERSAL, refund.ref, refund.cents))
        refund.state = state

    def _name(self, kind: str) -> str:
        return f"{kind}_{id(self):x}_{next(self._numbers)}"
