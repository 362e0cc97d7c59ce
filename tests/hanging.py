"""Tests never wait for ever; what takes too long fails and says what hung where."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Iterable

from django.db import connection

#: Seconds. Nothing in the tests takes so long by itself, not even on a busy machine.
LIMIT = 90

_SESSIONS = """
    SELECT pid, state, wait_event_type, wait_event, pg_blocking_pids(pid), now() - xact_start, left(query, 300)
    FROM pg_stat_activity WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s) ORDER BY xact_start
"""
_END_THEM = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s) AND backend_type = 'client backend'
"""


class Hung(AssertionError):
    """Something waited longer than LIMIT."""


def finish(threads: Iterable[threading.Thread]) -> None:
    """Wait for threads, which have to be daemons. Raises Hung with their stacks."""
    threads, until = list(threads), time.monotonic() + LIMIT
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0))
    if hung := [thread for thread in threads if thread.is_alive()]:
        told = [f"{len(hung)} of {len(threads)} threads hang.", *map(_stack, hung), sessions()]
        end_sessions()
        raise Hung("\n".join(told))


def sessions() -> str:
    """Who else is connected to the test database, and who waits for whom; "" where that cannot be asked."""
    return "\n".join(["Sessions of the database:", *map(str, _ask(_SESSIONS))]) if _is_postgres() else ""


def end_sessions() -> None:
    """Set free what hangs, so that the tests after this one can run."""
    if _is_postgres():
        _ask(_END_THEM)


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"


def _ask(query: str) -> list[tuple[object, ...]]:
    """On a connection of its own: that of the test may be in the middle of something. It is not among the answers."""
    other, ours = connection.copy(), connection.connection
    try:
        with other.cursor() as cursor:
            cursor.execute(query, [ours.info.backend_pid if ours else 0])
            return cursor.fetchall()
    finally:
        other.close()


def _stack(thread: threading.Thread) -> str:
    frame = sys._current_frames().get(thread.ident or 0)
    return f"{thread.name}:\n{''.join(traceback.format_stack(frame))}" if frame else f"{thread.name} has ended."
