"""A server process that dies: at the n-th boundary it crosses, by SIGKILL, with nothing tidied up.

``python -m tests.epayment.torture.victim`` sets Django up once and then forks a process for every job it reads from
its standard input: no fresh interpreter for each of some hundred deaths. Boundaries are counted from outside, so the
code under test has no hooks for it: one before every SQL statement, every COMMIT, every HTTP call and every file
opened for writing. The moment after one of these is the moment before the next, so no state of the world is missed.
``only_effects`` leaves out statements that change nothing by themselves, reading or within a transaction: what dies
between two effects leaves the same world, if the database keeps its word.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROVIDERS = ["sandbox", "girocheckout", "xbezahldienste", "stripe", "housebank", "oldbank"]


class Boundaries:
    """Counts what the process crosses; ``kill_at`` 0 never kills."""

    def __init__(self, kill_at: int, *, only_effects: bool) -> None:
        self.kill_at, self.only_effects, self.count, self.is_over = kill_at, only_effects, 0, False

    def crossed(self) -> None:
        if self.is_over:
            return
        self.count += 1
        if self.count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.crossed()
            return call(*args, **kwargs)

        return counted

    def install(self) -> None:
        import requests
        from django.db import connection

        def statement(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
            is_effect = not connection.in_atomic_block and not sql.startswith("SELECT")
            if is_effect or not self.only_effects:
                self.crossed()
            return execute(sql, *args)

        connection.execute_wrappers.append(statement)
        connection._commit = self.before(connection._commit)
        send = requests.adapters.HTTPAdapter.send
        requests.adapters.HTTPAdapter.send = self.before(send)
        sys.addaudithook(self._file)

    def _file(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR):
            self.crossed()


def main() -> None:
    """Read lines of ``{"jobs": [...], "at_once": n, "together": bool}``; answer each with a line of results."""
    set_up()
    warm_up()
    _say("ready")
    for line in sys.stdin:
        order = json.loads(line)
        with tempfile.TemporaryDirectory() as folder:
            _say(run(order["jobs"], Path(folder), order["at_once"], order["together"]))


def _say(answer: object) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


def set_up() -> None:
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = os.environ["TORTURE_DATABASE"]
    settings.WAGTAIL_EPAYMENT = {"PROVIDERS": PROVIDERS, "ALLOW_SANDBOX": True}
    django.setup()
    from wagtail_epayment.providers.registry import providers

    from .adapter import HouseBankProvider, OldBankProvider
    from .telling import TOLD, tell

    providers.register("housebank")(HouseBankProvider)
    providers.register("oldbank")(OldBankProvider)
    from wagtail_epayment.models import EventKind
    from wagtail_epayment.outbox import subscribe

    for kind in EventKind:
        subscribe(kind, tell, name=TOLD)
    from . import scenarios  # noqa: F401  imported before anybody forks


def warm_up() -> None:
    """Do once here what every process would do at its beginning; then freeze memory, so that it stays shared."""
    import gc

    from django.db import connection
    from django.test import Client

    assert Client().post("/zahlung/melden/sandbox/0/").status_code == 400
    connection.close()
    gc.collect()
    gc.freeze()
    gc.disable()


def run(jobs: list[dict[str, Any]], folder: Path, at_once: int, together: bool) -> list[dict[str, Any]]:
    """Each job in a process of its own, so many at once; ``together``: they begin on a common word."""
    gate = os.pipe() if together else None
    running: dict[int, int] = {}
    results: list[dict[str, Any]] = [{} for _ in jobs]

    def collect() -> None:
        pid, status = os.wait()
        number = running.pop(pid)
        file = folder / str(number)
        said = json.loads(file.read_text()) if file.exists() else {}
        results[number] = {"killed": os.WIFSIGNALED(status), **said}

    for number, job in enumerate(jobs):
        while len(running) >= at_once:
            collect()
        if pid := os.fork():
            running[pid] = number
            continue
        _live(job, folder / str(number), gate)
    if gate:
        os.close(gate[0])
        os.close(gate[1])
    while running:
        collect()
    return results


def _live(job: dict[str, Any], file: Path, gate: tuple[int, int] | None) -> None:
    """The life of a forked process; never returns."""
    from django.db import connection

    from . import scenarios

    boundaries, said = Boundaries(job.get("kill_at", 0), only_effects=job.get("only_effects", False)), {}
    try:
        connection.ensure_connection()
        boundaries.install()
        if gate:
            os.close(gate[1])
            os.read(gate[0], 1)
        said["result"] = getattr(scenarios, job["scenario"])(**job["args"])
    except BaseException:
        said["error"] = traceback.format_exc()
    finally:
        boundaries.is_over = True
        said["crossed"] = boundaries.count
        file.write_text(json.dumps(said))
        connection.close()
        os._exit(0)


if __name__ == "__main__":
    main()
