"""Host keys and private keys as people paste them."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Mapping

import paramiko

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_TYPES = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


def fingerprint(key: paramiko.PKey) -> str:
    """As ``ssh-keygen -l`` prints it."""
    return _fingerprint(key.asbytes())


def agreed_keys(text: str) -> frozenset[str] | None:
    """The fingerprints of the keys in ``text``, one a line: fingerprints, keys, or lines of known_hosts.

    None if there is none, or if a line is something else.
    """
    found = [_agreed(line) for line in filter(None, map(str.strip, text.splitlines()))]
    return frozenset(filter(None, found)) if found and all(found) else None


def _agreed(line: str) -> str | None:
    if match := _FINGERPRINT.search(line):
        return match[0]
    for word in line.split():
        if word.startswith("AAAA"):
            try:
                return _fingerprint(base64.b64decode(word, validate=True))
            except ValueError:
                return None
    return None


def _fingerprint(key: bytes) -> str:
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def private_key(credentials: Mapping[str, str]) -> paramiko.PKey | None:
    """The key among the credentials; None if there is none or if it cannot be read."""
    text = credentials.get("private_key", "").strip()
    for cls in _TYPES if text else ():
        try:
            return cls.from_private_key(io.StringIO(f"{text}\n"), password=credentials.get("passphrase") or None)
        except (paramiko.SSHException, ValueError, TypeError, IndexError):
            continue
    return None
