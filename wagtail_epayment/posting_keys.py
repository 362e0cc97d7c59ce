"""Which posting keys may come up in orders, so that bookkeeping can ask before anybody pays.

Whoever prices things (fee schedules, a shop) registers a source; nobody has to.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """A price that will be booked under ``key`` (empty: somebody forgot it) from its first to its last day."""

    key: str
    label: str
    where: str
    """Where people find and change it, e.g. the name of the fee schedule."""
    tax_permille: int = 0
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None


Source = Callable[[int], Iterable[KeyInUse]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Ask ``source(site_id)`` for keys. Registering twice changes nothing."""
    if source not in _sources:
        _sources.append(source)


def in_use(*, site_id: int) -> Iterator[KeyInUse]:
    for source in _sources:
        yield from source(site_id)
