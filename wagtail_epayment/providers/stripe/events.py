"""Webhooks: which event says what. Source: https://docs.stripe.com/api/events/types.

Events come repeatedly and in any order, each with the object as it was at its own time. So each is read by itself, and
the core puts them together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ...errors import Garbage, NotUnderstood
from ..base import NothingOfOurs, RawMessage, Said
from .fields import OddAnswer, id_of, instant, must, part, parts, text, whole
from .ownership import is_foreign, tx_id_of
from .words import chargeback_word, payment_word, refund_word


@dataclass(frozen=True, slots=True)
class Event:
    """A genuine event, and which portal reads it."""

    said: Mapping[str, object] = field(repr=False)
    portal: str

    @property
    def id(self) -> str:
        return must(self.said, "id")

    @property
    def type(self) -> str:
        return text(self.said, "type")

    @property
    def object(self) -> Mapping[str, object]:
        return part(part(self.said, "data"), "object")


def read(message: RawMessage) -> dict[str, object]:
    """Raises Garbage for what has not even the shape of an event."""
    try:
        said = json.loads(message.body)
    except (ValueError, RecursionError) as error:
        raise Garbage("This is not an event of Stripe.") from error
    if not isinstance(said, dict) or said.get("object") != "event":
        raise Garbage("This is not an event of Stripe.")
    # An empty one is possible: what is kept of an event is only what we read.
    if not isinstance(part(said, "data").get("object"), dict):
        raise Garbage("This is not an event of Stripe.")
    return said


def understood(said: Mapping[str, object], *, portal: str, is_live: bool) -> Said:
    """What a genuine event says. Raises NotUnderstood."""
    if said.get("livemode") is not is_live:
        # Secrets of test and live endpoints differ; somebody entered the wrong one. Test money must not be booked.
        raise NotUnderstood("A test event came to a live contract, or the other way round.")
    event = Event(said, portal)
    try:
        return _READERS.get(event.type, _nothing)(event)
    except OddAnswer as error:
        raise NotUnderstood(str(error)) from error


def _nothing(event: Event) -> NothingOfOurs:
    return NothingOfOurs(dedupe_key=event.id)


def _payment(event: Event) -> Said:
    if text(event.object, "mode") != "payment" or not tx_id_of(event.object, portal=event.portal):
        return _nothing(event)
    return payment_word(
        event.object,
        dedupe_key=event.id,
        occurred_at=instant(event.said, "created"),
        has_failed=event.type == "checkout.session.async_payment_failed",
    )


def _refund(event: Event) -> Said:
    """Without our marks it was made by hand at Stripe: then its payment says whether it is ours."""
    refund = event.object
    if is_foreign(refund, portal=event.portal) or not id_of(refund, "payment_intent"):
        return _nothing(event)
    tx_id = tx_id_of(refund, portal=event.portal)
    return refund_word(refund, merchant_tx_id=tx_id, dedupe_key=event.id, occurred_at=instant(event.said, "created"))


def _dispute(event: Event) -> Said:
    """Money moved if a balance transaction says so; an inquiry moves none."""
    dispute = event.object
    amounts = [whole(move, "amount") for move in parts(dispute, "balance_transactions")]
    is_taken = event.type.endswith(".funds_withdrawn") or any(amount < 0 for amount in amounts)
    is_returned = event.type.endswith(".funds_reinstated") or any(amount > 0 for amount in amounts)
    if not (is_taken or is_returned) or not id_of(dispute, "payment_intent"):
        return _nothing(event)
    return chargeback_word(
        dispute,
        is_reversal=is_returned and not event.type.endswith(".funds_withdrawn"),
        dedupe_key=event.id,
        occurred_at=instant(event.said, "created"),
    )


_READERS: Mapping[str, Callable[[Event], Said]] = {
    **{
        f"checkout.session.{name}": _payment
        for name in ("completed", "async_payment_succeeded", "async_payment_failed", "expired")
    },
    # The sum a charge tells in charge.refunded names no refund; each refund has events of its own.
    **dict.fromkeys(("refund.created", "refund.updated", "refund.failed", "charge.refund.updated"), _refund),
    **{
        f"charge.dispute.{name}": _dispute
        for name in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")
    },
}
