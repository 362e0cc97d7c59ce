"""What the bank says: signed statements on payments, refunds and chargebacks, told until they are heard."""

from __future__ import annotations

import datetime
import json
import logging
from typing import Any

import requests
from django.utils import timezone

from .books import transfers
from .models import SandboxMovement, SandboxNotice, SandboxPayment, SandboxRefund
from .signing import HEADER, sign

logger = logging.getLogger(__name__)

_TRIES = 3


def statement(payment: SandboxPayment, *, state: str = "", payment_ref: str = "") -> dict[str, Any]:
    """What the bank says about a payment, in notifications and status answers alike."""
    money = transfers(payment)
    one = next((each for each in money if each.ref == payment_ref), next(iter(money), None))
    waits = payment.state == "pending" and payment.settles_at and not payment.tells_late
    return {
        "type": "payment",
        "tx_id": payment.tx_id,
        "ref": payment.ref,
        "state": state or ("unknown" if waits else payment.state),
        "amount_cents": payment.claims_cents or payment.amount_cents,
        "currency": payment.currency,
        "payment_ref": one.ref if one else "",
        "at": (one.booked_at if one else timezone.now()).isoformat(),
    }


def refund_statement(refund: SandboxRefund) -> dict[str, Any]:
    return {
        "type": "refund",
        "tx_id": refund.payment.tx_id,
        "ref": refund.ref,
        "key": refund.key,
        "state": refund.state,
        "amount_cents": refund.amount_cents,
        "currency": refund.payment.currency,
        "payment_ref": refund.payment_ref,
        "at": timezone.now().isoformat(),
    }


def chargeback_statement(movement: SandboxMovement, *, fee_cents: int) -> dict[str, Any]:
    return {
        "type": "chargeback",
        "tx_id": movement.payment.tx_id,
        "ref": movement.ref,
        "is_reversal": movement.kind == "chargeback_reversal",
        "amount_cents": abs(movement.amount_cents),
        "fee_cents": fee_cents,
        "currency": movement.payment.currency,
        "payment_ref": movement.payment_ref,
        "at": movement.booked_at.isoformat(),
    }


def queue(payment: SandboxPayment, said: dict[str, Any], *, times: int = 1) -> None:
    """Put a statement into the line of what the merchant is to be told; told repeatedly, it keeps its id."""
    names = [said["type"], said["ref"], said.get("state", said.get("is_reversal")), said["payment_ref"]]
    body = json.dumps({**said, "event_id": ":".join(map(str, names))})
    SandboxNotice.objects.bulk_create([SandboxNotice(payment=payment, body=body) for _ in range(times)])


def deliver(payment: SandboxPayment | None = None) -> int:
    """Tell what is waiting, of one payment or of all, in order. Returns how many notices were heard.

    Must not run in a transaction: the merchant may be this very site.
    """
    waiting = SandboxNotice.objects.filter(ended_at=None, **({"payment": payment} if payment else {}))
    return sum(_tell(notice) for notice in waiting.select_related("payment__merchant"))


def _tell(notice: SandboxNotice) -> bool:
    """Up to three times until the merchant answers 200; 400 means never again."""
    body = notice.body.encode()
    headers = {HEADER: sign(body, notice.payment.merchant.secret), "Content-Type": "application/json"}
    for __ in range(_TRIES):
        status = _post(notice.payment.notify_url, body, headers)
        if status in {200, 400}:
            notice.ended_at = timezone.now()
            notice.save(update_fields=["ended_at"])
            return status == 200
    logger.warning("The merchant did not take the notification of %s", notice.payment)
    return False


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    try:
        return requests.post(url, data=body, headers=headers, timeout=10, allow_redirects=False).status_code
    except requests.RequestException:
        return 0


def earlier(said: dict[str, Any]) -> dict[str, Any]:
    """The statement as if it had been made a minute ago, for messages that overtake each other."""
    at = datetime.datetime.fromisoformat(said["at"]) - datetime.timedelta(minutes=1)
    return {**said, "at": at.isoformat()}
