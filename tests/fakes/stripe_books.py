"""Stripe's books and what happens in them: payers, banks, clerks, payouts, and the events of all that."""

from __future__ import annotations

import datetime
import itertools
import json
from collections import Counter
from typing import Any

from .stripe_schema import check_object

#: What the account pays for each payment: 25 cents and 15 per mille.
_FEE = (25, 15)

Object = dict[str, Any]


class StripeBooks:
    """Payments are named by our own transaction ids. ``told_cents`` is said of sessions instead of the truth."""

    def __init__(self, *, is_live: bool) -> None:
        self.is_live = is_live
        self.told_cents: int | None = None
        self.refunds_wait = False
        self.objects: dict[str, dict[str, Object]] = {
            kind: {} for kind in ("session", "intent", "charge", "refund", "dispute", "transaction", "payout")
        }
        self.intended: dict[str, Object] = {}
        self.payout_of: dict[str, str] = {}
        self.events: list[Object] = []
        self._numbers = itertools.count(1)
        self._ahead = datetime.timedelta()

    def announce(self, event: Object) -> None:
        """An event has happened; override to tell it."""

    # what payers, banks, clerks at the dashboard and time do

    def payer_pays(self, tx_id: str, *, method: str = "card") -> None:
        session = self._take(tx_id)
        self._charge(session, method=method, status="succeeded")
        self._arrives(session)
        self._tell_session("completed", session)

    def payer_orders_debit(self, tx_id: str) -> None:
        """The page is done with, and the money will take days."""
        session = self._take(tx_id)
        self._charge(session, method="sepa_debit", status="pending")
        self.objects["intent"][session["payment_intent"]]["status"] = "processing"
        self._tell_session("completed", session)

    def debit_arrives(self, tx_id: str) -> None:
        session = self.session(tx_id)
        self._arrives(session)
        self._tell_session("async_payment_succeeded", session)

    def debit_fails(self, tx_id: str) -> None:
        session = self.session(tx_id)
        self.objects["intent"][session["payment_intent"]]["status"] = "requires_payment_method"
        self.charge(tx_id)["status"] = "failed"
        self._tell_session("async_payment_failed", session)

    def page_expires(self, tx_id: str) -> None:
        session = self.session(tx_id)
        session["status"] = "expired"
        self._tell_session("expired", session)

    def time_passes(self, **span: float) -> None:
        """Keys are forgotten, and pages nobody used expire."""
        self._ahead += datetime.timedelta(**span)
        for session in self.objects["session"].values():
            if session["status"] == "open" and session["expires_at"] <= self._seconds:
                self.page_expires(session["client_reference_id"])

    def refund_by_hand(self, tx_id: str, cents: int) -> Object:
        """Somebody does it in the dashboard: nothing about it is ours."""
        return self._refund(self.charge(tx_id), cents, {})

    def refund_ends(self, refund: Object, status: str = "succeeded") -> None:
        """Also a success that turns out to be none."""
        was_done, refund["status"] = refund["status"], status
        if status in {"failed", "canceled"}:
            refund["failure_reason"] = "expired_or_canceled_card"
            charge = self.objects["charge"][refund["charge"]]
            charge["amount_refunded"] -= refund["amount"]
            if was_done != "failed":
                self._move(refund, refund["amount"], "refund_failure", "refund_failure")
            self._event("refund.failed", "refund", refund)
        self._event("refund.updated", "refund", refund)
        self._event("charge.refund.updated", "refund", refund)

    def bank_asks(self, tx_id: str) -> Object:
        """An inquiry: no money moves yet."""
        dispute = self._dispute(tx_id, "warning_needs_response")
        self._event("charge.dispute.created", "dispute", dispute)
        return dispute

    def bank_takes_back(self, tx_id: str, *, fee: int = 2000) -> Object:
        dispute = self._dispute(tx_id, "needs_response")
        self.charge(tx_id)["disputed"] = True
        self._move_disputed(dispute, -dispute["amount"], "dispute", fee)
        self._event("charge.dispute.created", "dispute", dispute)
        self._event("charge.dispute.funds_withdrawn", "dispute", dispute)
        return dispute

    def bank_returns(self, dispute: Object) -> None:
        dispute["status"] = "won"
        self._move_disputed(dispute, dispute["amount"], "dispute_reversal", 0)
        self._event("charge.dispute.funds_reinstated", "dispute", dispute)
        self._event("charge.dispute.closed", "dispute", dispute)

    def bank_keeps(self, dispute: Object) -> None:
        dispute["status"] = "lost"
        self._event("charge.dispute.closed", "dispute", dispute)

    def charges_monthly_fee(self, cents: int) -> None:
        self._move({"id": "", "object": "", "currency": "eur"}, -cents, "stripe_fee", "fee")

    def stranger_pays(self, cents: int, metadata: dict[str, str] | None = None) -> Object:
        """Another shop on the same account."""
        session = self._make("session", "checkout.session", "cs_test_", {
            "client_reference_id": "bestellung-7", "expires_at": self._seconds + 86400, "locale": "auto",
            "mode": "payment", "success_url": "https://shop.test/", "cancel_url": "https://shop.test/",
            "metadata": metadata or {}, "amount_total": cents, "amount_subtotal": cents, "currency": "eur",
            "livemode": self.is_live, "status": "complete", "payment_status": "paid", "payment_intent": None,
            "customer_details": None, "payment_method_types": ["card"], "url": None,
        })  # fmt: skip
        self._charge(session, method="card", status="succeeded")
        self._arrives(session)
        self._tell_session("completed", session)
        return session

    def pays_out(self, *, is_automatic: bool = True, is_told: bool = True) -> Object:
        """Transfer everything that moved since the last time."""
        new = [each for each in self.objects["transaction"].values() if each["id"] not in self.payout_of]
        total = sum(each["net"] for each in new)
        payout = self._make("payout", "payout", "po_", {
            "amount": total, "currency": "eur", "livemode": self.is_live,
            "arrival_date": self._seconds // 86400 * 86400,
            "automatic": is_automatic, "status": "paid",
            "reconciliation_status": ("completed" if is_told else "in_progress") if is_automatic else "not_applicable",
        })  # fmt: skip
        own = self._move(payout, -total, "payout", "payout")
        self.payout_of |= {each["id"]: payout["id"] for each in [*new, own]}
        self._event("payout.paid", "payout", payout)
        self._event("payout.reconciliation_completed", "payout", payout)
        return payout

    # Stripe's own books

    def received_cents(self) -> dict[str, int]:
        """What really came, by transaction id."""
        return self._sums("succeeded", "charge", "amount")

    def refunded_cents(self) -> dict[str, int]:
        """What really went back to payers, by transaction id: refunds, and disputes that were not won."""
        sums = Counter(self._sums("succeeded", "charge", "amount_refunded"))
        for dispute in self.objects["dispute"].values():
            moved = sum(each["amount"] for each in dispute["balance_transactions"])
            sums[self._tx_of(self.objects["charge"][dispute["charge"]])] -= moved
        return {tx_id: cents for tx_id, cents in sums.items() if cents}

    def session(self, tx_id: str) -> Object:
        return next(each for each in self.objects["session"].values() if each["client_reference_id"] == tx_id)

    def charge(self, tx_id: str) -> Object:
        intent = self.objects["intent"][self.session(tx_id)["payment_intent"]]
        return self.objects["charge"][intent["latest_charge"]]

    def refunds_of(self, tx_id: str) -> list[Object]:
        intent = self.session(tx_id)["payment_intent"]
        return [each for each in self.objects["refund"].values() if each["payment_intent"] == intent]

    @property
    def now(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC) + self._ahead

    # bookkeeping

    def _event(self, type_: str, kind: str, about: Object) -> None:
        check_object("checkout.session" if kind == "session" else kind, about)
        event = {
            "id": f"evt_{next(self._numbers)}", "object": "event", "type": type_, "created": self._seconds,
            "livemode": self.is_live, "api_version": "2026-10-28.endive", "pending_webhooks": 1, "request": None,
            "data": {"object": json.loads(json.dumps(self._told(about)))},
        }  # fmt: skip
        check_object("event", event)
        self.events.append(event)
        self.announce(event)

    def _tell_session(self, what: str, session: Object) -> None:
        self._event(f"checkout.session.{what}", "session", session)

    def _told(self, about: Object) -> Object:
        if self.told_cents is None or about["object"] != "checkout.session":
            return about
        return {**about, "amount_total": self.told_cents}

    @property
    def _seconds(self) -> int:
        return int(self.now.timestamp())

    def _make(self, kind: str, name: str, prefix: str, fields: Object) -> Object:
        made = {"id": f"{prefix}{next(self._numbers):06}", "object": name, "created": self._seconds, **fields}
        self.objects[kind][made["id"]] = made
        return made

    def _take(self, tx_id: str) -> Object:
        session = self.session(tx_id)
        if session["status"] != "open":
            raise AssertionError(f"Nobody can pay on a page that is {session['status']}.")
        session["status"] = "complete"
        session["url"] = None
        return session

    def _charge(self, session: Object, *, method: str, status: str) -> None:
        marked = self.intended.get(session["id"], {"metadata": session["metadata"]})
        common = {
            "amount": session["amount_total"], "currency": session["currency"], "metadata": marked["metadata"],
            "livemode": self.is_live,
        }  # fmt: skip
        intent = self._make("intent", "payment_intent", "pi_", {**common, "status": "succeeded", "amount_received": 0})
        charge = self._make("charge", "charge", "ch_", {
            **common, "status": status, "payment_intent": intent["id"], "paid": status == "succeeded",
            "captured": True, "amount_captured": common["amount"], "amount_refunded": 0, "refunded": False,
            "disputed": False, "billing_details": {"name": "Erika Mustermann", "email": "erika@example.org"},
            "payment_method_details": {"type": method, method: {"last4": "4242"}},
        })  # fmt: skip
        intent["latest_charge"] = charge["id"]
        session["payment_intent"] = intent["id"]
        session["customer_details"] = {"email": "erika@example.org", "name": "Erika Mustermann"}

    def _arrives(self, session: Object) -> None:
        session["payment_status"] = "paid"
        intent = self.objects["intent"][session["payment_intent"]]
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        charge = self.objects["charge"][intent["latest_charge"]]
        charge |= {"status": "succeeded", "paid": True}
        self._move(charge, charge["amount"], "charge", "charge", fee=_FEE[0] + charge["amount"] * _FEE[1] // 1000)

    def _refund(self, charge: Object, cents: int, metadata: dict[str, str]) -> Object:
        refund = self._make("refund", "refund", "re_", {
            "amount": cents, "currency": charge["currency"], "charge": charge["id"], "metadata": metadata,
            "payment_intent": charge["payment_intent"], "status": "pending" if self.refunds_wait else "succeeded",
        })  # fmt: skip
        charge["amount_refunded"] += cents
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self._move(refund, -cents, "refund", "refund")
        self._event("refund.created", "refund", refund)
        self._event("charge.refunded", "charge", charge)
        return refund

    def _dispute(self, tx_id: str, status: str) -> Object:
        charge = self.charge(tx_id)
        return self._make("dispute", "dispute", "du_", {
            "amount": charge["amount"], "currency": charge["currency"], "charge": charge["id"], "status": status,
            "payment_intent": charge["payment_intent"], "metadata": {}, "livemode": self.is_live,
            "reason": "fraudulent",
            "balance_transactions": [], "is_charge_refundable": status.startswith("warning"),
        })  # fmt: skip

    def _move_disputed(self, dispute: Object, cents: int, category: str, fee: int) -> None:
        moved = self._move(dispute, cents, "adjustment", category, fee=fee)
        dispute["balance_transactions"].append(moved)

    def _move(self, source: Object, cents: int, type_: str, category: str, *, fee: int = 0) -> Object:
        moved = self._make("transaction", "balance_transaction", "txn_", {
            "amount": cents, "fee": fee, "net": cents - fee, "currency": source["currency"], "type": type_,
            "reporting_category": category, "source": source["id"] or None, "status": "available", "fee_details": [],
            "available_on": self._seconds, "description": None,
        })  # fmt: skip
        check_object("balance_transaction", moved)
        return moved

    def _sums(self, status: str, kind: str, field: str) -> dict[str, int]:
        sums: Counter[str] = Counter()
        for each in self.objects[kind].values():
            if each["status"] == status and self._tx_of(each):
                sums[self._tx_of(each)] += each[field]
        return {tx_id: cents for tx_id, cents in sums.items() if cents}

    def _tx_of(self, charge: Object) -> str:
        return charge["metadata"].get("merchant_tx_id", "")
