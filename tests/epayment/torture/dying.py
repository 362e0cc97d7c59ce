"""Dying without a process: from the n-th statement or call on, nothing gets through any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import requests
from django.db import connection


class Died(BaseException):
    """Not an Exception: no handler of the code under test may hold it up."""


@contextmanager
def dying_at(boundary: int) -> Iterator[None]:
    """Raise ``Died`` at this SQL statement or HTTP call and at every later one; 0: never."""
    crossed = 0

    def before(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            nonlocal crossed
            crossed += 1
            if 0 < boundary <= crossed:
                raise Died
            return call(*args, **kwargs)

        return counted

    send = requests.adapters.HTTPAdapter.send
    with (
        connection.execute_wrapper(lambda execute, *args: before(execute)(*args)),
        mock.patch.object(requests.adapters.HTTPAdapter, "send", before(send)),
    ):
        yield


def live_or_die(boundary: int, act: Callable[[], object]) -> bool:
    """Whether ``act`` got through; what it had not committed is gone, as is its connection."""
    try:
        with dying_at(boundary):
            act()
    except Died:
        connection.close()
        return False
    return True
