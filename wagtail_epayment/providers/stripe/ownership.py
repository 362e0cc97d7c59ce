"""Which objects of a Stripe account are ours: those that carry our transaction id and the name of our portal."""

from __future__ import annotations

from collections.abc import Mapping

from .fields import Said, part, text

MARKS = TX_ID, REFERENCE, REFUND_KEY, PORTAL = "merchant_tx_id", "reference", "refund_key", "portal"


def marks(portal: str, **values: str) -> dict[str, str]:
    """Metadata of ours. Stripe takes an empty value for none, so empty ones are left out."""
    return {name: value for name, value in {**values, PORTAL: portal}.items() if value}


def tx_id_of(said: Said, *, portal: str) -> str:
    """Our transaction id on an object; empty if it is another portal's, or nobody marked it."""
    metadata = part(said, "metadata")
    return text(metadata, TX_ID) if text(metadata, PORTAL) == portal else ""


def is_foreign(said: Said, *, portal: str) -> bool:
    """Somebody marked it, and not we."""
    metadata: Mapping[str, object] = part(said, "metadata")
    return TX_ID in metadata and not tx_id_of(said, portal=portal)
