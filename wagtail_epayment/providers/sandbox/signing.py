"""How merchant and sandbox bank sign what they say: HMAC-SHA256 over the exact bytes, hex, in a header."""

from __future__ import annotations

import hashlib
import hmac

HEADER = "X-Sandbox-Signature"
MERCHANT_HEADER = "X-Sandbox-Merchant"


def sign(data: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()


def is_genuine(data: bytes, secret: str, signature: str) -> bool:
    """Whether somebody who knows ``secret`` signed ``data``. Without a secret nothing is genuine."""
    if not secret:
        return False
    return hmac.compare_digest(sign(data, secret).encode(), signature.encode(errors="replace"))
