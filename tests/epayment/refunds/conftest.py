"""One payment of 57.50, the people who may give it back, and a bank that does what a test tells it to."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from wagtail_epayment.flows import apply_message, refundable_cents, request_refund
from wagtail_epayment.flows.inbox import store
from wagtail_epayment.flows.send_refund import submit_refund
from wagtail_epayment.models import LedgerEntry, MessageSource, RefundState
from wagtail_epayment.providers.base import Capabilities, RawMessage, RefundWord
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider

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


def tell(under_way, word):
    """The provider's notification."""
    return apply_message(store(contract=under_way.attempt.contract, source=MessageSource.NOTIFY, raw=RAW), word)
