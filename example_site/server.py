"""The example site as a process of its own with its own folder: for the journey and for tests with a browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent


class ServerError(Exception):
    """The server did not start; the message says where its log is."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


SETTINGS = "example_site.settings"


def environment(folder: Path, port: int, settings: str = SETTINGS) -> dict[str, str]:
    """Everything the site writes goes to ``folder``, its SQLite file included."""
    env = {
        **os.environ,
        "VAR_DIR": str(folder),
        "KERN_DIR": os.environ.get("KERN_DIR", str(ROOT / "var" / "kern")),
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": settings,
    }
    env.pop("DATABASE_URL", None)
    return env


def build(folder: Path, port: int) -> None:
    """A fresh database with the demo's content. Raises CalledProcessError."""
    for command in (["migrate", "--verbosity", "0"], ["demo_content", "--port", str(port)]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment(folder, port),
            check=True,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def running(folder: Path, port: int, settings: str = SETTINGS) -> Iterator[None]:
    """The site answers on ``port`` while the block runs; its log is ``server.log`` in ``folder``."""
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    with (folder / "server.log").open("a", encoding="utf-8") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment(folder, port, settings), stdout=log, stderr=log)
        try:
            _wait_for(server, folder, port)
            yield
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_for(server: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end and server.poll() is None:
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=5)
        except requests.RequestException:
            time.sleep(0.3)
        else:
            return
    raise ServerError(f"The site does not answer on port {port}; see {folder / 'server.log'}.")
