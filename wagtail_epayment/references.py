"""Where an order gets its payment reference (Kassenzeichen) from.

A bookkeeping app registers an allocator that draws from the commune's number range; without one, or where it has
no range for the site, a random reference with a check digit is made.
"""

from __future__ import annotations

import secrets
from typing import Protocol

from stdnum.iso7064 import mod_11_10


class Allocator(Protocol):
    def __call__(self, *, site_id: int) -> str | None:
        """A reference never given before, or None if this allocator has no range for the site."""


_allocators: list[Allocator] = []


def register(allocator: Allocator) -> None:
    """Ask ``allocator`` before the built-in one. Registering twice changes nothing."""
    if allocator not in _allocators:
        _allocators.append(allocator)


def allocate(*, site_id: int) -> str:
    """A reference for a new order of the site. Runs in the caller's transaction, which must hold until commit."""
    for allocator in _allocators:
        if reference := allocator(site_id=site_id):
            return reference
    return random_reference()


def random_reference() -> str:
    """Twelve random digits and a check digit (ISO 7064, MOD 11,10), which finds every single wrong digit."""
    digits = f"{secrets.randbelow(9 * 10**11) + 10**11}"
    return digits + mod_11_10.calc_check_digit(digits)
