"""The allowed edges between states of attempts and refunds: the one table, from which the docs are made.

Why they are as they are: docs/explanation/payments.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from .models import AttemptState as S
from .models import RefundState as R

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

REFUND_EDGES: dict[R, frozenset[R]] = {
    R.PROPOSED: frozenset({R.REQUESTED, R.REJECTED}),
    R.REQUESTED: frozenset({R.APPROVED, R.REJECTED}),
    R.REJECTED: frozenset(),
    R.APPROVED: frozenset({R.SUBMITTING, R.MANUAL, R.FAILED}),
    R.SUBMITTING: frozenset({R.SUBMITTED, R.SUCCEEDED, R.FAILED, R.UNKNOWN}),
    R.SUBMITTED: frozenset({R.SUCCEEDED, R.FAILED, R.UNKNOWN}),
    R.MANUAL: frozenset({R.SUCCEEDED, R.FAILED}),
    R.UNKNOWN: frozenset({R.SUBMITTED, R.SUCCEEDED, R.FAILED}),
    # A refund may come back (account closed) or turn out to have worked after all.
    R.SUCCEEDED: frozenset({R.FAILED}),
    R.FAILED: frozenset({R.SUCCEEDED}),
}

#: Nobody knows yet how these end.
OPEN = frozenset({S.STARTING, S.PENDING, S.UNKNOWN})
#: Ended without money, as far as we know.
ENDED_UNPAID = frozenset({S.FAILED, S.CANCELLED, S.EXPIRED})

#: Refunds whose money is spoken for: it cannot be given back a second time.
REFUND_CLAIMS = frozenset(set(R) - {R.PROPOSED, R.REJECTED, R.FAILED, R.SUCCEEDED})
#: Refunds that may yet move money: a person who asks for another should know of them.
REFUND_UNDECIDED = frozenset(set(R) - {R.REJECTED, R.FAILED, R.SUCCEEDED})
#: Refunds at the provider whose end is not known yet.
REFUND_OPEN = frozenset({R.SUBMITTING, R.SUBMITTED, R.UNKNOWN})


def is_allowed(old: str, new: str) -> bool:
    return S(new) in EDGES[S(old)]


def is_refund_allowed(old: str, new: str) -> bool:
    return R(new) in REFUND_EDGES[R(old)]


def as_markdown(edges: Mapping[S, frozenset[S]] | Mapping[R, frozenset[R]]) -> str:
    """The table as the reference shows it."""
    rows = [f"| {old.value} | {', '.join(sorted(new.value for new in news)) or '–'} |" for old, news in edges.items()]
    return "\n".join(["| from | to |", "|---|---|", *rows])
