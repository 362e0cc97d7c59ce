"""The allowed edges between attempt states: the one table. Why they are as they are: docs/explanation."""

from __future__ import annotations

from .models import AttemptState as S

_ENDS = (S.SUCCEEDED, S.FAILED, S.CANCELLED, S.EXPIRED)

EDGES: dict[S, frozenset[S]] = {
    S.CREATED: frozenset({S.STARTING}),
    S.STARTING: frozenset({S.PENDING, S.UNKNOWN, *_ENDS}),
    S.PENDING: frozenset({S.UNKNOWN, *_ENDS}),
    S.UNKNOWN: frozenset({S.PENDING, *_ENDS}),
    # Providers correct themselves: a late success is still money.
    S.FAILED: frozenset({S.SUCCEEDED}),
    S.CANCELLED: frozenset({S.SUCCEEDED}),
    S.EXPIRED: frozenset({S.SUCCEEDED}),
    S.SUCCEEDED: frozenset(),
}

#: Nobody knows yet how these end.
OPEN = frozenset({S.STARTING, S.PENDING, S.UNKNOWN})
#: Ended without money, as far as we know.
ENDED_UNPAID = frozenset({S.FAILED, S.CANCELLED, S.EXPIRED})


def is_allowed(old: str, new: str) -> bool:
    return S(new) in EDGES[S(old)]
