"""Collecting and numbering 100,000 postings on PostgreSQL, against inserting the same rows bare.

``BENCH_COLLECTED`` sets another number. Queries are counted; memory is the growth over the process at rest.
"""

from __future__ import annotations

import os
import time
from typing import Any

from benchmarks import harness, memory

COUNT = int(os.environ.get("BENCH_COLLECTED", "100_000"))


def main() -> None:
    harness.site(on_postgres=True)
    from django.contrib.auth import get_user_model
    from django.db import connection, transaction
    from django.utils import timezone
    from wagtail.models import Site

    from tests.xfinanz.many import paid_orders
    from wagtail_xfinanz.flows import certify, collect, discard, release
    from wagtail_xfinanz.models import FinanceTenant, PostingAccount, PostingRecord

    users = get_user_model().objects
    anna, bernd = users.create_user("anna"), users.create_user("bernd")
    site = Site.objects.get()
    tenant = FinanceTenant.objects.create(site=site, name="Musterstadt", number="008")
    PostingAccount.objects.create(tenant=tenant, key="sperrgut", label="Sperrgut", product="1", account="2")

    def collected() -> Any:
        (batch,) = collect(tenant, by=anna, cut_off=timezone.now()).batches
        return batch

    paid_orders(site, 1000)
    discard(collected(), by=anna)
    paid_orders(site, COUNT - 1000)
    queries = _Counted()
    rest = memory.forget_peak()
    with connection.execute_wrapper(queries):
        seconds, batch = _timed(collected)
    grown = memory.peak_mb() - rest
    collecting = queries.count
    with connection.execute_wrapper(queries):
        numbering, batch = _timed(lambda: release(certify(batch, by=anna), by=bernd))
    rows = list(PostingRecord.objects.filter(batch=batch).order_by("sequence"))

    def bare() -> None:
        """The same rows into a table of the same shape, without its triggers and foreign keys."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bare (LIKE wagtail_xfinanz_postingrecord INCLUDING ALL)")
            PostingRecord._meta.db_table = "bare"
            for first in range(0, len(rows), 500):
                PostingRecord.objects.bulk_create(rows[first : first + 500])

    plain = _timed(bare)[0]
    if len(rows) != COUNT or batch.number != 1:
        raise AssertionError((len(rows), batch.number))
    harness.report(
        {
            "what": f"{COUNT:,} postings collected",
            "ours": COUNT / seconds,
            "plain": COUNT / plain,
            "unit": "x/s",
            "ratio": seconds / plain,
            "against": "bulk_create of the same rows, 500 at once",
        },
        {
            "what": "queries to collect 1,000 postings",
            "ours": collecting / COUNT * 1000,
            "plain": 2.0,
            "unit": "",
            "ratio": collecting / COUNT * 1000 / 2,
            "against": "bulk_create of the same rows, 500 at once",
        },
        {
            "what": "memory to collect them",
            "ours": grown,
            "plain": rest,
            "unit": "MB",
            "ratio": grown / 100,
            "against": "process at rest; ratio is to 100 MB",
        },
        {
            "what": "certified, numbered, two files, per 1,000",
            "ours": numbering / COUNT * 1e6,
            "plain": seconds / COUNT * 1e6,
            "unit": "ms",
            "ratio": numbering / seconds,
            "against": f"collecting them; {queries.count - collecting} queries in all",
        },
    )


class _Counted:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.count += 1
        return execute(*args)


def _timed(work: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


if __name__ == "__main__":
    main()
