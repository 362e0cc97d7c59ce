"""The secret that, with the number, opens a case to its sender. Kept only as a keyed hash."""

from __future__ import annotations

import secrets as random_source

from django.utils.crypto import constant_time_compare, salted_hmac

#: No letters or digits that look alike on paper.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS, _LENGTH = 4, 4


def new_secret() -> str:
    """Sixteen characters (80 bits) in groups of four, e.g. ABCD-EFGH-JKLM-NPQR."""
    return "-".join("".join(random_source.choice(_ALPHABET) for __ in range(_LENGTH)) for __ in range(_GROUPS))


def hash_secret(number: str, secret: str) -> str:
    """Bound to the case's number, so that equal secrets have different hashes."""
    plain = "".join(char for char in secret.upper() if char.isalnum())
    return salted_hmac(f"buergerportal.case.{number}", plain, algorithm="sha256").hexdigest()


def is_right(number: str, secret: str, hashed: str) -> bool:
    return constant_time_compare(hash_secret(number, secret), hashed)
