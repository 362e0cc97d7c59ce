"""Encryption at rest for files and blobs that do not sit in an encrypted model field.

Keys come from the same two settings as ``encrypted_fields`` (SECRET_KEY and SALT_KEY, both rotatable), so a
site has one secret to keep. AES-256-GCM; the context is authenticated, so a blob cannot be moved elsewhere.
"""

from __future__ import annotations

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12


class DecryptionError(Exception):
    """None of the configured keys opens this blob, or it was altered."""


def new_key() -> bytes:
    """A fresh 256-bit key for one draft or one file."""
    return AESGCM.generate_key(bit_length=256)


def seal(data: bytes, *, key: bytes, context: str) -> bytes:
    """Encrypt ``data``; only the same ``key`` and ``context`` open it again."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, context.encode())


def unseal(blob: bytes, *, key: bytes, context: str) -> bytes:
    """Open what ``seal`` made. Raises DecryptionError if key, context or bytes differ."""
    try:
        return AESGCM(key).decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise DecryptionError("The data cannot be opened with this key.") from error


def seal_for_site(data: bytes, *, context: str) -> bytes:
    """Encrypt with the installation's newest key."""
    return seal(data, key=_site_keys()[0], context=context)


def unseal_for_site(blob: bytes, *, context: str) -> bytes:
    """Open with the newest or any older key still configured. Raises DecryptionError."""
    for key in _site_keys():
        try:
            return unseal(blob, key=key, context=context)
        except DecryptionError:
            continue
    raise DecryptionError("No key in SECRET_KEY, SECRET_KEY_FALLBACKS and SALT_KEY opens this data.")


def _site_keys() -> tuple[bytes, ...]:
    salts = settings.SALT_KEY if isinstance(settings.SALT_KEY, list | tuple) else [settings.SALT_KEY]
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return tuple(_derive(secret, salt) for secret in secrets for salt in salts)


@lru_cache(maxsize=16)
def _derive(secret: str, salt: str) -> bytes:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=salt.encode(), info=b"wagtail_sitekit.crypto")
    return kdf.derive(secret.encode())
