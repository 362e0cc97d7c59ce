"""Where an order gets its payment reference (Kassenzeichen) from.

A bookkeeping app registers an allocator that draws from the commune's number range; without one, or where it has
no range for the site, a random reference with a check digit is made.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Protocol

from stdnum.iso7064 import mod_11_10


class Allocator(Protocol):
    def __call__(self, *, site_id: int) -> str | None:
        """A reference never given before, or None if this allocator has no range for the site."""


class Recogniser(Protocol):
    def __call__(self, *, site_id: int) -> Callable[[str], bool]:
        """Tells which texts may be references this allocator has given on the site: length, prefix, check digit."""


_allocators: list[Allocator] = []
_recognisers: dict[Allocator, Recogniser | None] = {}


def register(allocator: Allocator, *, recogniser: Recogniser | None = None) -> None:
    """Ask ``allocator`` before the built-in one. Registering twice changes nothing.

    With a ``recogniser`` its references are found in remittance texts by their form; without, by trying.
    """
    if allocator not in _allocators:
        _allocators.append(allocator)
    _recognisers[allocator] = recogniser


def recognise(*, site_id: int) -> Callable[[str], bool]:
    """Whether a text may be a reference of the site. Reads the ranges once; the answer needs no database."""
    tests = [known(site_id=site_id) if known else _may_be_any for known in _recognisers.values()]
    return lambda text: is_random_reference(text) or any(test(text) for test in tests)


def _may_be_any(text: str) -> bool:
    return 4 <= len(text) <= 40 and sum(character.isdigit() for character in text) >= 4


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


def is_random_reference(text: str) -> bool:
    return re.fullmatch(r"[0-9]{13}", text) is not None and mod_11_10.is_valid(text)
