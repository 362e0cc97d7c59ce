"""Processes of a test that may be killed; waiting for one that hangs ends with its stack."""

from __future__ import annotations

import faulthandler
import os
import select
import signal
import time
import traceback
from collections.abc import Callable

import pytest
from django.db import connections

from tests.hanging import LIMIT, Hung, end_sessions, sessions

FAILED = 1
needed = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system with fork, e.g. Linux")


class Child:
    """A forked process. ``work`` returns its exit code; an error it does not catch is told to the parent."""

    def __init__(self, work: Callable[[], int]) -> None:
        # Two processes must not speak over one connection.
        connections.close_all()
        self._heard, said = os.pipe()
        self._told = b""
        self.pid = os.fork()
        if not self.pid:
            _live(work, said)
        os.close(said)

    def end(self) -> int:
        """Wait for its end: its exit code, or the negative number of the signal that killed it. Raises Hung."""
        if not self._listen(LIMIT):
            raise Hung(self._dissect())
        os.close(self._heard)
        _pid, status = os.waitpid(self.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code != FAILED, self._told.decode()
        return code

    def _listen(self, seconds: float) -> bool:
        """Whether it has come to its end by then: its end of the pipe closes with it."""
        until = time.monotonic() + seconds
        while select.select([self._heard], [], [], max(until - time.monotonic(), 0))[0]:
            data = os.read(self._heard, 65536)
            if not data:
                return True
            self._told += data
        return False

    def _dissect(self) -> str:
        os.kill(self.pid, signal.SIGUSR1)
        self._listen(1)
        told = f"Process {self.pid} hangs.\n{self._told.decode()}\n{sessions()}"
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._heard)
        end_sessions()
        return told


def _live(work: Callable[[], int], said: int) -> None:
    """The life of the child; never comes back into the test."""
    code = FAILED
    try:
        faulthandler.register(signal.SIGUSR1, said, all_threads=True)
        code = work()
    except BaseException:
        os.write(said, traceback.format_exc().encode()[-60_000:])
    finally:
        connections.close_all()
        os._exit(code)
