"""A process that is killed (SIGKILL) at the n-th boundary it crosses, with nothing tidied up.

A boundary lies before every SQL statement, every COMMIT and every file opened for writing; a test may add more. They
are counted from outside, so the code under test has no hooks for it.
"""

from __future__ import annotations

import os
import signal
import sys

from django.db import connection


class Victim:
    """Counts boundaries and dies at one of them; 0: never."""

    def __init__(self, kill_at):
        self.kill_at, self.count = kill_at, 0

    def crossed(self):
        self.count += 1
        if self.count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, call):
        """The call with a boundary before it."""

        def counted(*args, **kwargs):
            self.crossed()
            return call(*args, **kwargs)

        return counted

    def beware(self):
        """Count from now on."""
        connection.execute_wrappers.append(lambda execute, *args: self.before(execute)(*args))
        connection._commit = self.before(connection._commit)
        sys.addaudithook(self._hears)

    def _hears(self, event, args):
        if event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR):
            self.crossed()
