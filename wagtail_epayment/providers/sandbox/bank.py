"""What the sandbox bank does when the payer presses a button, and how it tells the merchant."""

from __future__ import annotations

import datetime
import json
import logging
import secrets
from typing import Any

import requests
from django.utils import timezone

from .models import SandboxPayment
from .signing import HEADER, sign

logger = logging.getLogger(__name__)

ACTIONS = ("pay", "cancel", "fail", "timeout", "twice")
_LATE = datetime.timedelta(seconds=60)
_TRIES = 3


def act(payment: SandboxPayment, action: str) -> None:
    """Do what the payer chose, once; then notify. An ended payment stays as it is."""
    if payment.state != "pending" or payment.settles_at:
        return
    if action == "timeout":
        payment.settles_at = timezone.now() + _LATE
        payment.save(update_fields=["settles_at"])
        return
    transfers = {"pay": 1, "twice": 2}.get(action, 0)
    payment.state = {"cancel": "cancelled", "fail": "failed"}.get(action, "succeeded")
    payment.payment_refs = [f"tr_{secrets.token_hex(8)}" for __ in range(transfers)]
    payment.save(update_fields=["state", "payment_refs"])
    for payment_ref in payment.payment_refs or [""]:
        notify(payment, payment_ref)


def settle_late(payment: SandboxPayment) -> None:
    """A payment that timed out succeeds a minute later, unannounced: only who asks hears of it."""
    if payment.state == "pending" and payment.settles_at and payment.settles_at <= timezone.now():
        payment.state = "succeeded"
        payment.payment_refs = [f"tr_{secrets.token_hex(8)}"]
        payment.save(update_fields=["state", "payment_refs"])


def statement(payment: SandboxPayment, payment_ref: str = "") -> dict[str, Any]:
    """What the bank says about a payment, in notifications and status answers alike."""
    return {
        "tx_id": payment.tx_id,
        "ref": payment.ref,
        "state": payment.state,
        "amount_cents": payment.amount_cents,
        "currency": payment.currency,
        "payment_ref": payment_ref or next(iter(payment.payment_refs), ""),
        "at": timezone.now().isoformat(),
    }


def notify(payment: SandboxPayment, payment_ref: str) -> bool:
    """Tell the merchant, up to three times until it answers 200. Whether it heard: returned and logged."""
    said = statement(payment, payment_ref) | {"event_id": f"{payment.ref}:{payment.state}:{payment_ref}"}
    body = json.dumps(said).encode()
    headers = {HEADER: sign(body, payment.merchant.secret), "Content-Type": "application/json"}
    for __ in range(_TRIES):
        try:
            answer = requests.post(payment.notify_url, data=body, headers=headers, timeout=10, allow_redirects=False)
        except requests.RequestException as error:
            logger.warning("Sandbox notification of %s failed: %s", payment.ref, type(error).__name__)
            continue
        if answer.status_code == 200:
            return True
    return False
