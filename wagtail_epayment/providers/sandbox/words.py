"""What the sandbox bank says, as our words."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any, TypeVar

from ...errors import Garbage
from ...models import AttemptState, LineKind, RefundState
from ...settlements.base import SettledLine, Settlement
from ..base import ChargebackWord, RefundWord, Said, Word

T = TypeVar("T")

_STATES = {
    "pending": AttemptState.PENDING,
    "succeeded": AttemptState.SUCCEEDED,
    "failed": AttemptState.FAILED,
    "cancelled": AttemptState.CANCELLED,
    "unknown": AttemptState.UNKNOWN,
}
_REFUND_STATES = {
    "pending": RefundState.SUBMITTED,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
}


def read(body: bytes) -> dict[str, Any]:
    """Raises Garbage."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Garbage("This is not a message of the sandbox bank.") from error
    if not isinstance(said, dict):
        raise Garbage("This is not a message of the sandbox bank.")
    return said


def word(said: dict[str, Any], *, is_verified: bool) -> Said:
    """Raises Garbage for a message of no kind we know, or with a field missing or wrong."""
    match said.get("type", "payment"):
        case "payment":
            return payment_word(said, is_verified=is_verified)
        case "refund":
            return refund_word(said, is_verified=is_verified)
        case "chargeback":
            return _understood(lambda: _chargeback_word(said, is_verified=is_verified))
    raise Garbage("The sandbox bank's message is of no kind we know.")


def payment_word(said: dict[str, Any], *, is_verified: bool) -> Word:
    """Raises Garbage."""
    return _understood(
        lambda: Word(
            merchant_tx_id=text(said["tx_id"]),
            provider_ref=text(said["ref"]),
            state=_STATES[text(said["state"])],
            amount_cents=_whole(said["amount_cents"]),
            currency=text(said["currency"]),
            is_verified=is_verified,
            dedupe_key=text(said.get("event_id", "")),
            payment_ref=text(said.get("payment_ref", "")),
            method="sandbox",
            occurred_at=_instant(said["at"]),
        )
    )


def refund_word(said: dict[str, Any], *, is_verified: bool) -> RefundWord:
    """Raises Garbage."""
    return _understood(
        lambda: RefundWord(
            state=_REFUND_STATES[text(said["state"])],
            amount_cents=_whole(said["amount_cents"]),
            currency=text(said["currency"]),
            is_verified=is_verified,
            refund_ref=text(said["ref"]),
            refund_key=text(said["key"]),
            merchant_tx_id=text(said["tx_id"]),
            payment_ref=text(said["payment_ref"]),
            dedupe_key=text(said.get("event_id", "")),
            occurred_at=_instant(said["at"]),
            error="The sandbox bank could not give the money back." if said["state"] == "failed" else "",
        )
    )


def settlement(said: dict[str, Any]) -> Settlement:
    """Raises Garbage."""
    return _understood(
        lambda: Settlement(
            reference=text(said["ref"]),
            currency=text(said["currency"]),
            lines=tuple(_line(line, text(said["currency"])) for line in said["lines"]),
            total_cents=_whole(said["total_cents"]),
            paid_on=datetime.date.fromisoformat(said["on"]),
        )
    )


def text(value: Any, *, longest: int = 120) -> str:
    """Raises ValueError for anything but a short printable text."""
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise ValueError("not a short text")
    return value


def _understood(make: Callable[[], T]) -> T:
    try:
        return make()
    except (KeyError, ValueError, TypeError) as error:
        raise Garbage("A field of the sandbox bank's message is missing or wrong.") from error


def _chargeback_word(said: dict[str, Any], *, is_verified: bool) -> ChargebackWord:
    if not isinstance(said["is_reversal"], bool):
        raise TypeError("neither yes nor no")
    return ChargebackWord(
        chargeback_ref=text(said["ref"]),
        is_reversal=said["is_reversal"],
        amount_cents=_whole(said["amount_cents"]),
        currency=text(said["currency"]),
        is_verified=is_verified,
        fee_cents=_whole(said["fee_cents"]),
        merchant_tx_id=text(said["tx_id"]),
        payment_ref=text(said["payment_ref"]),
        dedupe_key=text(said.get("event_id", "")),
        occurred_at=_instant(said["at"]),
    )


def _line(said: dict[str, Any], currency: str) -> SettledLine:
    return SettledLine(
        key=text(said["key"]),
        kind=LineKind(said["kind"]),
        amount_cents=_whole(said["amount_cents"]),
        currency=currency,
        provider_ref=text(said["ref"]),
        payment_ref=text(said.get("payment_ref", "")),
        merchant_tx_id=text(said.get("tx_id", "")),
        text=text(said.get("text", ""), longest=140),
        booked_on=datetime.date.fromisoformat(said["on"]),
    )


def _instant(value: Any) -> datetime.datetime:
    instant = datetime.datetime.fromisoformat(text(value))
    if instant.tzinfo is None:
        raise ValueError("a time without its zone")
    return instant


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("not a whole number")
    return value
