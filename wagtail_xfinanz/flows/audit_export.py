from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from wagtail_sitekit.people import person_name

from ..audit.package import write_package
from ..audit.period import Period
from ..errors import NothingToDo
from ..models import FinanceTenant


def audit_export(tenant: FinanceTenant, *, first: datetime.date, last: datetime.date, out: BinaryIO, by: Any) -> int:
    """Write everything of the booking days from first to last into ``out``; returns how many rows. It is logged.

    On PostgreSQL outside of a transaction all tables are of one and the same moment. Raises NothingToDo if the period
    is none.
    """
    if first > last:
        raise NothingToDo(_("The period ends before it begins."))
    name = person_name(by) or "manage.py"
    with _one_moment():
        rows = write_package(out, Period(tenant, first, last), at=timezone.now(), by=name)
    data = {"first": first.isoformat(), "last": last.isoformat(), "rows": rows}
    log(instance=tenant, action="wagtail_xfinanz.audit_export", user=by, data=data)
    return rows


@contextlib.contextmanager
def _one_moment() -> Iterator[None]:
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
