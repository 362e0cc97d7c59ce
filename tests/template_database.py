"""A migrated, empty SQLite file, made once for each set of apps and migrations, and copied by every test process.

Migrating takes longer than most suites; the copy takes a blink. The key changes with any migration or version.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import django
import wagtail
from django.apps import apps
from django.conf import settings

FOLDER = Path(__file__).resolve().parent.parent / "var" / "templates"


def key() -> str:
    """Over everything that decides what a migrated database looks like."""
    digest = hashlib.sha256(f"{django.VERSION}{wagtail.VERSION}{sys.version}{settings.INSTALLED_APPS}".encode())
    for config in apps.get_app_configs():
        for path in sorted(Path(config.path).glob("migrations/*.py")):
            digest.update(f"{config.label}{path.name}".encode() + path.read_bytes())
    return digest.hexdigest()[:24]


def template() -> Path:
    """The file, made if it is not there yet; of several processes one makes it and the others wait."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = FOLDER / f"{key()}.sqlite3"
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            _make(found)
    return found


def copy_to(name: str) -> None:
    """Let the test database begin as a copy of the template."""
    for leftover in (name, f"{name}-wal", f"{name}-shm"):
        Path(leftover).unlink(missing_ok=True)
    shutil.copyfile(template(), name)


def _make(found: Path) -> None:
    building = found.with_suffix(f".{os.getpid()}")
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{building}",
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", settings.SETTINGS_MODULE),
    }
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=environment, cwd=FOLDER.parent.parent, check=True)
    for leftover in (f"{building}-wal", f"{building}-shm"):
        Path(leftover).unlink(missing_ok=True)
    building.rename(found)
