"""Many at once: threads that reach the same line together, each with a connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections


def at_once(
    number: int, work: Callable[[int], Any], *, expected: type[Exception] | tuple[type[Exception], ...] = ()
) -> list[Any]:
    """Let ``number`` threads reach ``work(index)`` together; what each returned, in order of the index.

    An ``expected`` error stands among the results; any other fails the test.
    """
    gate = threading.Barrier(number)

    def run(index: int) -> Any:
        try:
            gate.wait()
            return work(index)
        except expected as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        results = list(pool.map(run, range(number)))
    if connection.vendor == "postgresql":
        _wait_until_alone()
    return results


def _wait_until_alone() -> None:
    """A closed connection lives on in the server for a moment, in which the test database could not be dropped."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    for _try in range(100):
        with connection.cursor() as cursor:
            cursor.execute(others)
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.05)
