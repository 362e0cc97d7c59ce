from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_portal_works_without_payments_and_bookkeeping(tmp_path):
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.site.portal_alone_settings", "ALONE_DB": str(tmp_path / "db")}
    env.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "tests.site.portal_alone"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert re.search(r"ALL-\d{4}-000001", done.stdout)
