from __future__ import annotations

import os
from pathlib import Path

from tests.xfinanz.alone_settings import *  # noqa: F403

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(Path(os.environ["BENCH_DIR"]) / "bench.sqlite3"),
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"},
    }
}
ROOT_URLCONF = "benchmarks.urls"
ALLOWED_HOSTS = ["*"]
