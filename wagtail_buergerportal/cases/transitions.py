"""Which state a clerk may give a case next: the one table."""

from __future__ import annotations

from .models import CaseState as S

EDGES: dict[S, tuple[S, ...]] = {
    S.WAITING_FOR_PAYMENT: (S.RECEIVED, S.WITHDRAWN),
    S.RECEIVED: (S.IN_PROGRESS, S.DONE, S.REJECTED, S.WITHDRAWN),
    S.IN_PROGRESS: (S.DONE, S.REJECTED, S.WITHDRAWN),
    S.DONE: (S.IN_PROGRESS,),
    S.REJECTED: (S.IN_PROGRESS,),
    S.WITHDRAWN: (),
}

ENDED = frozenset({S.DONE, S.REJECTED, S.WITHDRAWN})
#: Only with a word to the citizen.
NEED_MESSAGE = frozenset({S.REJECTED})
