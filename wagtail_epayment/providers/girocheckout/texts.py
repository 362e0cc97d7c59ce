"""Values in the shape GiroCheckout documents for them."""

from __future__ import annotations

# A hyphen is not among the characters documented for merchantTxId: letters, digits and & = + , : ; . _ ! ? # /
# (https://api.girocheckout.de/en:girocheckout:direktubw:start, field table). Ours have one.
_THEIRS = str.maketrans("-_", "_=")
_OURS = str.maketrans("_=", "-_")
_REFUND = "refund"


def clipped(text: str, *, longest: int) -> str:
    """One line of printable text, at most so many characters."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(line.split())[:longest].strip()


def to_their_id(merchant_tx_id: str) -> str:
    return merchant_tx_id.translate(_THEIRS)


def to_our_id(merchant_tx_id: str) -> str:
    return merchant_tx_id.translate(_OURS)


def to_refund_id(merchant_tx_id: str, *, key: str) -> str:
    """The merchantTxId of a refund: names the payment and the refund, so that a notification binds to both."""
    return f"{_REFUND}.{to_their_id(merchant_tx_id)}.{to_their_id(key)}"


def from_refund_id(their_id: str) -> tuple[str, str] | None:
    """Our transaction id and refund key, None if it is no refund's."""
    kind, __, rest = their_id.partition(".")
    payment, __, key = rest.partition(".")
    return (to_our_id(payment), to_our_id(key)) if kind == _REFUND and payment and key else None


def language(code: str) -> str:
    return "en" if code.lower().startswith("en") else "de"
