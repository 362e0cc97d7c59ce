from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

#: ``here("order__site")``: the condition that a row belongs to the site that is examined; empty for all sites.
Here = Callable[[str], Q]
#: Labels of what breaks the rule: a query for them, or the labels themselves.
Found = QuerySet[Any] | Iterable[str]


@dataclass(frozen=True, slots=True)
class Invariant:
    """One rule. ``find`` names what breaks it, by one query that the database works off by itself."""

    name: str
    wrong: str
    """What is wrong, if ``find`` finds something."""
    do: str
    """What to do about it."""
    find: Callable[[Here], Found]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A rule that is broken: how often, and some of the rows by the name people know them by."""

    invariant: Invariant
    count: int
    examples: tuple[str, ...]


#: Every rule by its name.
invariants: dict[str, Invariant] = {}


def invariant(name: str, *, wrong: str, do: str) -> Callable[[Callable[[Here], Found]], Callable[[Here], Found]]:
    """Register a rule. Raises ValueError if the name is taken."""

    def register(find: Callable[[Here], Found]) -> Callable[[Here], Found]:
        if name in invariants:
            raise ValueError(f'There is a rule "{name}" already.')
        invariants[name] = Invariant(name, wrong, do, find)
        return find

    return register
