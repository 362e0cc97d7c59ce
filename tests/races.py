"""Many at once: threads that reach the same line together, each with a connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, connections

from tests.hanging import LIMIT, Hung, finish, sessions


def at_once(
    number: int, work: Callable[[int], Any], *, expected: type[Exception] | tuple[type[Exception], ...] = ()
) -> list[Any]:
    """Let ``number`` threads reach ``work(index)`` together; what each returned, in order of the index.

    An ``expected`` error stands among the results; any other fails the test.
    """
    gate = threading.Barrier(number, timeout=LIMIT)
    results: dict[int, Any] = {}
    wrong: list[BaseException] = []

    def run(index: int) -> None:
        try:
            gate.wait()
            results[index] = work(index)
        except expected as error:
            results[index] = error
        except BaseException as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=[index], name=f"at once: {index}", daemon=True) for index in range(number)
    ]
    for thread in threads:
        thread.start()
    finish(threads)
    if wrong:
        raise wrong[0]
    if connection.vendor == "postgresql":
        _wait_until_alone()
    return [results[index] for index in range(number)]


def _wait_until_alone() -> None:
    """A closed connection lives on in the server for a moment, in which the test database could not be dropped."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(others)
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise Hung(f"Somebody has not closed a connection. {sessions()}")
