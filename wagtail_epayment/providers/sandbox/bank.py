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
    """Do what the payer chose, once; then notify. An ended payment stays as it is, however often one presses."""
    if action == "timeout":
        _change(payment, settles_at=timezone.now() + _LATE)
        return
    refs = [_transfer() for __ in range({"pay": 1, "twice": 2}.get(action, 0))]
    state = {"cancel": "cancelled", "fail": "failed"}.get(action, "succeeded")
    if not _change(payment, state=state, payment_refs=refs):
        return
    for payment_ref in refs or [""]:
        notify(payment, payment_ref)
    if action == "twice":
        notify(payment, refs[0])  # Real providers repeat themselves, too.


def settle_late(payment: SandboxPayment) -> None:
    """A payment that timed out succeeds a minute later, unannounced: only who asks hears of it."""
    late = SandboxPayment.objects.filter(pk=payment.pk, state="pending", settles_at__lte=timezone.now())
    if late.update(state="succeeded", payment_refs=[_transfer()]):
        payment.refresh_from_db()


def statement(payment: SandboxPayment, payment_ref: str = "") -> dict[str, Any]:
    """What the bank says about a payment, in notifications and status answers alike."""
    waits = payment.state == "pending" and payment.settles_at
    return {
        "tx_id": payment.tx_id,
        "ref": payment.ref,
        "state": "unknown" if waits else payment.state,
        "amount_cents": payment.amount_cents,
        "currency": payment.currency,
        "payment_ref": payment_ref or next(iter(payment.payment_refs), ""),
        "at": timezone.now().isoformat(),
    }


def notify(payment: SandboxPayment, payment_ref: str) -> bool:
    """Tell the merchant, up to three times until it answers 200; 400 means never again. Returns whether it heard."""
    said = statement(payment, payment_ref) | {"event_id": f"{payment.ref}:{payment.state}:{payment_ref}"}
    body = json.dumps(said).encode()
    headers = {HEADER: sign(body, payment.merchant.secret), "Content-Type": "application/json"}
    for __ in range(_TRIES):
        status = _post(payment.notify_url, body, headers)
        if status in {200, 400}:
            return status == 200
    logger.warning("The merchant did not take the notification of %s", payment.ref)
    return False


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    try:
        return requests.post(url, data=body, headers=headers, timeout=10, allow_redirects=False).status_code
    except requests.RequestException:
        return 0


def _change(payment: SandboxPayment, **values: Any) -> bool:
    """Move a payment nobody has decided yet. False if somebody was faster."""
    undecided = SandboxPayment.objects.filter(pk=payment.pk, state="pending", settles_at=None)
    changed = bool(undecided.update(**values))
    payment.refresh_from_db()
    return changed


def _transfer() -> str:
    return f"tr_{secrets.token_hex(8)}"
