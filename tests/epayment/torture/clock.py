"""Time passes for the whole process: every flow asks ``timezone.now``."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from unittest import mock

from django.utils import timezone


@contextlib.contextmanager
def moved_on(by: datetime.timedelta) -> Iterator[None]:
    now = timezone.now
    with mock.patch.object(timezone, "now", side_effect=lambda: now() + by):
        yield
