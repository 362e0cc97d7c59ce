"""Signatures after Standard Webhooks 1.0 (https://www.standardwebhooks.com), made by its own library."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

from standardwebhooks.webhooks import Webhook


def new_secret() -> str:
    """A signing secret: 256 random bits, base64, with the prefix the specification asks for."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(*, secret: str, message_id: str, at: datetime, body: str) -> dict[str, str]:
    """The three headers a receiver verifies. ``message_id`` stays the same at every try; ``at`` is aware, in UTC."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, body),
    }
