"""Words the stories of hand-overs and answers are told in."""

from __future__ import annotations

import os
import time

from wagtail_xfinanz.models import Batch

BATCHES = "/admin/xfinanz_batches/"
#: How the file of the first batch is called.
NAME = "kassenbuch-4711-2026-000001.xml"


def lay(folder, name, data, *, age=60):
    """Lay an answer down as a finance system does it: the file is complete before it gets its name."""
    path = folder / name
    path.write_bytes(data)
    os.utime(path, (time.time() - age,) * 2)
    return path


def state(batch):
    return Batch.objects.get(pk=batch.pk).state


def text(answer, status=200):
    """What a page says."""
    assert answer.status_code == status
    return answer.content.decode()
