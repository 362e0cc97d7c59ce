"""The tests that a database can decide, once more on a real PostgreSQL: its row locks, its triggers, its way to say no.

Each suite runs in a process of its own with DATABASE_URL set; what has nothing to do with the database is left out.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]

SUITES = {
    "payments": (
        "tests.epayment.alone_settings",
        ["tests/epayment"],
        # Adapters, pages and pure rules say nothing about the database.
        [
            *(f"tests/epayment/{name}" for name in ("admin", "bank", "girocheckout", "stripe", "xbezahldienste")),
            *(
                f"tests/epayment/test_{name}.py"
                for name in (
                    "alone",
                    "checks",
                    "citizen_page",
                    "own_provider",
                    "pages",
                    "properties",
                    "receipts",
                    "ways",
                )
            ),
            *(f"tests/epayment/reconciliation/test_{name}.py" for name in ("camt", "tables", "view", "week")),
            *(f"tests/epayment/api/test_{name}.py" for name in ("connecting", "fuzz", "schema")),
            # Random histories and forged messages say nothing about the database, crashes and many processes do.
            *(f"tests/epayment/torture/test_{name}.py" for name in ("histories", "forged")),
        ],
    ),
    "bookkeeping": (
        "tests.xfinanz.alone_settings",
        ["tests/xfinanz"],
        [
            *(f"tests/xfinanz/{name}" for name in ("csv", "mapping", "schemas")),
            *(
                f"tests/xfinanz/test_{name}.py"
                for name in (
                    "alone",
                    "batch_pages",
                    "corrections",
                    "deviations",
                    "formats",
                    "kassenzeichen",
                    "lists",
                    "repertoire",
                    "sets",
                    "setup",
                    "splitting",
                    "text",
                )
            ),
            *(f"tests/xfinanz/handover/test_{name}_pages.py" for name in ("answer", "channel", "fetching", "handover")),
            *(
                f"tests/xfinanz/handover/test_{name}.py"
                for name in ("answers", "answers_refused", "fetching", "fetching_troubles", "properties")
            ),
            *(f"tests/xfinanz/handover/test_{name}.py" for name in ("sftp", "sftp_setup")),
        ],
    ),
    "portal": (
        "tests.settings",
        [
            "tests/cases",
            "tests/identity",
            *(f"tests/assistants/test_{name}.py" for name in ("races", "story", "release")),
        ],
        [],
    ),
}


def test_whoever_moves_a_test_finds_it_here():
    for _settings, paths, left_out in SUITES.values():
        assert [path for path in (*paths, *left_out) if not (ROOT / path).exists()] == []


@pytest.mark.postgres
@pytest.mark.timeout(0)
@pytest.mark.skipif("postgresql" in connection.settings_dict["ENGINE"], reason="this run is on PostgreSQL already")
@pytest.mark.parametrize("suite", SUITES)
def test_on_postgres(suite, postgres_url, tmp_path):
    settings, paths, left_out = SUITES[suite]
    command = [sys.executable, "-m", "pytest", f"--ds={settings}", *paths, "-q", "-p", "no:cacheprovider"]
    # The database is thrown away with its server: dropping it first costs seconds.
    options = [
        "--reuse-db",
        "--create-db",
        f"--basetemp={tmp_path / 'inner'}",
        *(f"--ignore={path}" for path in left_out),
    ]
    environment = os.environ | {"DATABASE_URL": postgres_url, "DJANGO_SETTINGS_MODULE": settings}
    for name in ("PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "PYTEST_ADDOPTS"):
        environment.pop(name, None)
    # Each test has its own time limit (pytest.ini_options), so this one ends.
    done = subprocess.run([*command, *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
