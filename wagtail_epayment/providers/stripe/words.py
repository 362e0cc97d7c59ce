"""What Stripe's objects say, as our words. Every function raises OddAnswer."""

from __future__ import annotations

import datetime
import re

from ...models import AttemptState, RefundState
from ..base import ChargebackWord, RefundWord, Word
from .fields import Said, currency, id_of, instant, must, part, parts, text, whole
from .ownership import REFUND_KEY, TX_ID

_STATES = {
    ("complete", "paid"): AttemptState.SUCCEEDED,
    # A direct debit, for example: ordered, and not there yet.
    ("complete", "unpaid"): AttemptState.PENDING,
    ("open", "unpaid"): AttemptState.PENDING,
    ("expired", "unpaid"): AttemptState.EXPIRED,
}
#: States of a payment intent behind a completed session that will not become money any more.
_ENDED = {"requires_payment_method", "canceled"}
_REFUND_STATES = {
    "pending": RefundState.SUBMITTED,
    "requires_action": RefundState.SUBMITTED,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
_REASON = re.compile(r"[a-z_]{1,60}")


def payment_word(
    session: Said, *, dedupe_key: str = "", occurred_at: datetime.datetime | None = None, has_failed: bool = False
) -> Word:
    """A Checkout Session. ``has_failed``: the event says what the session itself does not."""
    intent = part(session, "payment_intent")
    charge = part(intent, "latest_charge")
    state = payment_state(session)
    if state == AttemptState.PENDING and (has_failed or _is_over(session, intent)):
        state = AttemptState.FAILED
    return Word(
        merchant_tx_id=text(part(session, "metadata"), TX_ID),
        provider_ref=must(session, "id"),
        state=state,
        amount_cents=whole(session, "amount_total"),
        currency=currency(session),
        is_verified=True,
        dedupe_key=dedupe_key,
        payment_ref=id_of(session, "payment_intent") if state == AttemptState.SUCCEEDED else "",
        method=_method(session, charge),
        is_payer_done=state == AttemptState.PENDING and text(session, "status") == "complete",
        occurred_at=instant(charge, "created") if charge else occurred_at,
    )


def payment_state(session: Said) -> AttemptState:
    if text(session, "payment_status") == "paid":
        return AttemptState.SUCCEEDED
    pair = (text(session, "status"), text(session, "payment_status"))
    return _STATES.get(pair, AttemptState.UNKNOWN)


def refund_word(
    refund: Said, *, merchant_tx_id: str, refund_key: str = "", dedupe_key: str = "",
    occurred_at: datetime.datetime | None = None,
) -> RefundWord:  # fmt: skip
    state = _REFUND_STATES.get(text(refund, "status"), RefundState.UNKNOWN)
    reason = text(refund, "failure_reason")
    return RefundWord(
        state=state,
        amount_cents=whole(refund, "amount"),
        currency=currency(refund),
        is_verified=True,
        refund_ref=must(refund, "id"),
        refund_key=refund_key or text(part(refund, "metadata"), REFUND_KEY),
        merchant_tx_id=merchant_tx_id,
        payment_ref=id_of(refund, "payment_intent"),
        dedupe_key=dedupe_key,
        occurred_at=occurred_at or instant(refund, "created"),
        error=f"Stripe: {reason if _REASON.fullmatch(reason) else 'failed'}" if state == RefundState.FAILED else "",
    )


def chargeback_word(
    dispute: Said, *, is_reversal: bool, dedupe_key: str, occurred_at: datetime.datetime
) -> ChargebackWord:
    """A dispute whose money was withdrawn, or given back. Its fee is that of the withdrawal."""
    moves = [move for move in parts(dispute, "balance_transactions") if (whole(move, "amount") > 0) == is_reversal]
    return ChargebackWord(
        chargeback_ref=must(dispute, "id"),
        is_reversal=is_reversal,
        amount_cents=_moved(dispute, moves),
        currency=currency(dispute),
        is_verified=True,
        fee_cents=0 if is_reversal else sum(whole(move, "fee") for move in moves),
        merchant_tx_id=text(part(dispute, "metadata"), TX_ID),
        payment_ref=id_of(dispute, "payment_intent"),
        dedupe_key=dedupe_key,
        occurred_at=occurred_at,
    )


def _moved(dispute: Said, moves: list[Said]) -> int:
    """What was moved; the disputed amount if that is not told, or told in the currency of the account."""
    if not moves or any(currency(move) != currency(dispute) for move in moves):
        return whole(dispute, "amount")
    return abs(sum(whole(move, "amount") for move in moves))


def _is_over(session: Said, intent: Said) -> bool:
    return text(session, "status") == "complete" and text(intent, "status") in _ENDED


def _method(session: Said, charge: Said) -> str:
    """The way of paying as Stripe calls it, if it is known which one the payer chose."""
    if used := text(part(charge, "payment_method_details"), "type", longest=40):
        return used
    offered = session.get("payment_method_types")
    only = offered[0] if isinstance(offered, list) and len(offered) == 1 else ""
    return only if isinstance(only, str) and len(only) <= 40 else ""
