"""How GiroCheckout and merchants sign what they say: HMAC-MD5 under the project's password, lower-case hex.

MD5 is the vendor's choice; as the hash of an HMAC it is not broken. Values are joined without separators, so a
right signature does not prove where one value ends: amounts and ids are compared with our own row as well.
Source: https://api.girocheckout.de/en:girocheckout:general:start, "Hash generation".
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence


def sign(values: Sequence[str], password: str) -> str:
    """The hash of a request: its values in the documented order, without names and separators, as UTF-8."""
    return sign_bytes("".join(values).encode(), password)


def sign_bytes(message: bytes, password: str) -> str:
    """The hash of an answer (its raw body) or of a notification (its values as bytes)."""
    return hmac.new(password.encode(), message, hashlib.md5).hexdigest()


def is_genuine(message: bytes, signature: str, password: str) -> bool:
    """Whether somebody who knows ``password`` signed ``message``. Without a password nothing is genuine."""
    return bool(password) and _same(sign_bytes(message, password), signature)


def seal(message: bytes, password: str) -> str:
    """Our own mark on a notification whose signature was right before personal values were taken out of it."""
    return hmac.new(password.encode(), b"checked by us\n" + message, hashlib.sha256).hexdigest()


def is_sealed(message: bytes, mark: str, password: str) -> bool:
    return bool(password) and _same(seal(message, password), mark)


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))
