"""Whether Stripe said it: signatures of webhooks, and the seal on those we have kept.

Source: https://docs.stripe.com/webhooks#verify-manually. The library lets time stamps of the future pass;
here both sides of the replay window are closed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Mapping, Sequence

import stripe

from ..base import RawMessage

HEADER = "stripe-signature"
#: Never a header of a request: the door keeps only ``signature_headers``, and this is none of them.
SEAL = "stripe-seal"
#: Seconds a signed message is good for, before and after its time stamp.
TOLERANCE = 300
_TIME = re.compile(r"t=([0-9]{1,12})(?=,)")


def signer(message: RawMessage, secrets: Sequence[str]) -> str:
    """The secret the message is signed or sealed with; empty: nobody we know, or too old, or from the future."""
    headers = {name.lower(): value for name, value in message.headers.items()}
    seal, signature = headers.get(SEAL, ""), headers.get(HEADER, "")
    if seal:
        return next((secret for secret in secrets if _is_same(seal, _seal(message.body, secret))), "")
    if not _is_recent(signature):
        return ""
    return next((secret for secret in secrets if _is_signed(message.body, signature, secret)), "")


def sealed(body: bytes, secret: str) -> Mapping[str, str]:
    """Headers that say of a kept body that it came with a right signature, whenever it is read again."""
    return {SEAL: _seal(body, secret)}


def _is_recent(signature: str) -> bool:
    # The library takes the first time stamp; with exactly one there is nothing to disagree about. It cannot compare
    # signatures beyond ASCII.
    stamps = _TIME.findall(signature) if signature.isascii() else []
    return signature.count("t=") == len(stamps) == 1 and abs(time.time() - int(stamps[0])) <= TOLERANCE


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=TOLERANCE)
    except (stripe.SignatureVerificationError, UnicodeError):
        return False
    return True


def _seal(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), b"kept by wagtail_epayment\n" + body, hashlib.sha256).hexdigest()


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode())
