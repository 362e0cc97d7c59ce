"""Notifications as they come: reading them, checking their hash, taking out who paid.

Source: ``notifyFields`` of the SDK's classes and ``GiroCheckout_SDK_Notify::checkHash``. Parameters of our own address
come back beside theirs and are not hashed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus

from ...errors import Garbage
from ..base import RawMessage
from .fields import NOTICE, NOTICE_HASH, PAGE_NOTICE, PERSONAL
from .signing import is_genuine, is_sealed, seal

#: Never a header of a request: the door keeps only ``signature_headers``, and this is none of them.
SEAL = "girocheckout-seal"
_NAMES = frozenset((*NOTICE, *PAGE_NOTICE, NOTICE_HASH))
_NEEDED = ("gcReference", "gcMerchantTxId", NOTICE_HASH)


@dataclass(frozen=True, slots=True)
class Notice:
    """The documented values of one notification, URL-decoded, as bytes."""

    values: Mapping[str, bytes] = field(repr=False)
    is_clear: bool
    """No documented value comes twice."""

    @property
    def is_page(self) -> bool:
        return bool({"gcPaymethod", "gcType", "gcProjectId"} & self.values.keys())

    @property
    def signature(self) -> str:
        return self.values[NOTICE_HASH].decode("latin-1")

    @property
    def signed(self) -> bytes:
        return b"".join(self.values.get(name, b"") for name in (PAGE_NOTICE if self.is_page else NOTICE))

    @property
    def fingerprint(self) -> str:
        """The same for every copy of a notification, with and without the personal values."""
        kept = sorted(name.encode() + b"=" + value for name, value in self.values.items() if name not in PERSONAL)
        return hashlib.sha256(b"\n".join(kept)).hexdigest()

    def text(self, name: str) -> str:
        """Raises ValueError if it is no short printable text."""
        text = self.values.get(name, b"").decode()
        if len(text) > 120 or not text.isprintable():
            raise ValueError(f"{name} is not a short text")
        return text

    def must(self, name: str) -> str:
        text = self.text(name)
        if not text:
            raise ValueError(f"{name} is missing")
        return text

    def number(self, name: str) -> str:
        """Digits only. Keeps a right hash from being told as other values by moving the borders between them."""
        text = self.must(name)
        if not (text.isascii() and text.isdecimal()):
            raise ValueError(f"{name} is no number")
        return text


def read(message: RawMessage) -> Notice:
    """Raises Garbage for what has not even the shape of a notification."""
    try:
        # Latin-1 keeps every byte as it is: the hash is over bytes, whatever they spell.
        pairs = parse_qsl(
            message.body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=200
        )
        found = [(name, value.encode("latin-1")) for name, value in pairs if name in _NAMES]
    except ValueError as error:
        raise Garbage("This is not a notification of GiroCheckout.") from error
    values = dict(found)
    if not all(values.get(name) for name in _NEEDED):
        raise Garbage("This is not a notification of GiroCheckout.")
    return Notice(values=values, is_clear=max(Counter(name for name, __ in found).values()) == 1)


def signers(message: RawMessage, notice: Notice, passwords: Mapping[str, str]) -> list[str]:
    """The methods whose project signed it; empty: nobody we know."""
    if not notice.is_clear:
        return []
    mark = message.headers.get(SEAL, "")
    return [
        method
        for method, password in passwords.items()
        if is_genuine(notice.signed, notice.signature, password) or is_sealed(message.body, mark, password)
    ]


def scrubbed(message: RawMessage, passwords: Mapping[str, str]) -> RawMessage:
    """Without the values that say who paid.

    The hash covers them, so it cannot be checked again; a seal under the same password says that it was right.
    """
    parts = message.body.split(b"&")
    body = b"&".join(_blanked(part) for part in parts)
    if body == message.body:
        return message
    try:
        by = signers(message, read(message), passwords)
    except Garbage:
        by = []
    marks = {SEAL: seal(body, passwords[by[0]])} if by else {}
    return RawMessage(body=body, headers={**message.headers, **marks})


def _blanked(part: bytes) -> bytes:
    name, equals, __ = part.partition(b"=")
    return name + equals if _is_personal(unquote_plus(name.decode("latin-1"), encoding="latin-1")) else part


def _is_personal(name: str) -> bool:
    return name.lower() in _PERSONAL


def _lower(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


_PERSONAL = _lower(PERSONAL)
