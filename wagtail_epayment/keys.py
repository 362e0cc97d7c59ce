"""Keys of other applications: ``epay_<beginning>_<secret>``. Only the beginning and a hash are kept.

The secret has 256 random bits, so that a plain SHA-256 cannot be tried out; a slow hash would only cost every request.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from django.utils.crypto import constant_time_compare

_SCHEME = "epay"


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is shown once."""

    prefix: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        return f"{_SCHEME}_{self.prefix}_{self.secret}"

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.secret.encode()).hexdigest()


def new_key() -> Key:
    return Key(prefix=secrets.token_hex(6), secret=secrets.token_urlsafe(32))


def read_key(text: str) -> Key | None:
    """The parts of a key somebody sent; None if it cannot be one."""
    scheme, __, rest = text.partition("_")
    prefix, __, secret = rest.partition("_")
    return Key(prefix, secret) if scheme == _SCHEME and prefix and secret else None


def matches(key: Key, key_hash: str) -> bool:
    return constant_time_compare(key.hash, key_hash)
