"""The assistants' stories and races once more on a real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.postgres
@pytest.mark.skipif("postgresql" in connection.settings_dict["ENGINE"], reason="this run is on PostgreSQL already")
def test_assistants_on_postgres(postgres_url, tmp_path):
    files = [f"tests/assistants/test_{name}.py" for name in ("races", "story", "release")]
    command = [sys.executable, "-m", "pytest", *files, "-q", "--create-db", f"--basetemp={tmp_path / 'inner'}"]
    environment = os.environ | {"DATABASE_URL": postgres_url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment.pop("PYTEST_CURRENT_TEST", None)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
