"""Collecting and numbering 100,000 postings on PostgreSQL, or on SQLite, against inserting the same rows bare.

A thousand and ten thousand are collected before them, each into a batch of its own that stays, to see whether the time
for one posting grows. ``BENCH_COLLECTED`` sets another largest number. Queries are counted; memory is the growth over
the process at rest.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from benchmarks import harness, memory

LARGEST = int(os.environ.get("BENCH_COLLECTED", "100_000"))
SIZES = (LARGEST // 100, LARGEST // 10, LARGEST)
WARM = 200


def main(database: str = "postgres") -> None:
    harness.site(on_postgres=database == "postgres")
    bench = _Bench()
    bench.collect(WARM)
    bench.release()
    runs = []
    for size in SIZES:
        runs.append(bench.collect(size))
        seconds, queries = bench.release()
        runs[-1] |= {"numbering": seconds, "numbering_queries": queries}
    harness.report(*_rows(database, runs, bench.plain()))


class _Bench:
    """A town whose payments are collected and released again and again, each time more of them."""

    def __init__(self) -> None:
        from django.contrib.auth import get_user_model
        from wagtail.models import Site

        from wagtail_xfinanz.models import Batch, FinanceTenant, PostingAccount

        users = get_user_model().objects
        self._anna, self._bernd = users.create_user("anna"), users.create_user("bernd")
        self._site = Site.objects.get()
        self._tenant = FinanceTenant.objects.create(site=self._site, name="Musterstadt", number="008")
        PostingAccount.objects.create(
            tenant=self._tenant, key="sperrgut", label="Sperrgut", product="11.01.02", account="432100"
        )
        self._batch: Batch

    def collect(self, size: int) -> dict[str, Any]:
        from django.utils import timezone

        from tests.xfinanz.many import paid_orders
        from wagtail_xfinanz.flows import collect

        paid_orders(self._site, size)
        _analyze()
        rest = memory.forget_peak()
        seconds, queries, made = _timed(lambda: collect(self._tenant, by=self._anna, cut_off=timezone.now()))
        (self._batch,) = made.batches
        if self._batch.count != size:
            raise AssertionError(self._batch.count)
        return {"size": size, "seconds": seconds, "queries": queries, "grown": memory.peak_mb() - rest, "rest": rest}

    def release(self) -> tuple[float, int]:
        from wagtail_xfinanz.flows import certify, release

        def numbered() -> Any:
            return release(certify(self._batch, by=self._anna), by=self._bernd)

        seconds, queries, self._batch = _timed(numbered)
        return seconds, queries

    def plain(self) -> float:
        """Seconds for the rows of the last batch into a table of the same shape, without triggers and foreign keys."""
        from django.db import transaction

        from wagtail_xfinanz.models import PostingRecord

        rows = list(PostingRecord.objects.filter(batch=self._batch).order_by("sequence"))
        table = PostingRecord._meta.db_table
        _bare_copy(table)

        def bare() -> None:
            with transaction.atomic():
                PostingRecord._meta.db_table = "bare"
                for first in range(0, len(rows), 500):
                    PostingRecord.objects.bulk_create(rows[first : first + 500])

        return _timed(bare)[0]


def _rows(database: str, runs: list[dict[str, Any]], plain: float) -> list[dict[str, Any]]:
    small, most = runs[0], runs[-1]
    per_posting = [run["seconds"] / run["size"] * 1e6 for run in runs]
    size, insert = most["size"], "bulk_create of the same rows, 500 at once"
    return [
        {
            "what": f"{size:,} postings collected, {database}",
            "ours": size / most["seconds"],
            "plain": size / plain,
            "unit": "x/s",
            "ratio": most["seconds"] / plain,
            "against": insert,
        },
        *[
            {
                "what": f"time per posting, {run['size']:,} of them",
                "ours": each,
                "plain": per_posting[0],
                "unit": "µs",
                "ratio": each / per_posting[0],
                "against": f"{small['size']:,} of them",
            }
            for run, each in zip(runs[1:], per_posting[1:], strict=True)
        ],
        {
            "what": "queries to collect 1,000 postings",
            "ours": most["queries"] / size * 1000,
            "plain": 2.0,
            "unit": "",
            "ratio": most["queries"] / size * 1000 / 2,
            "against": insert,
        },
        {
            "what": "memory to collect them",
            "ours": most["grown"],
            "plain": most["rest"],
            "unit": "MB",
            "ratio": most["grown"] / 100,
            "against": "process at rest; ratio is to 100 MB",
        },
        {
            "what": "certified, numbered, two files, per 1,000",
            "ours": most["numbering"] / size * 1e6,
            "plain": small["numbering"] / small["size"] * 1e6,
            "unit": "ms",
            "ratio": most["numbering"] / size / (small["numbering"] / small["size"]),
            "against": f"{small['size']:,} of them; {most['numbering_queries']} queries in all",
        },
    ]


class _Counted:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.count += 1
        return execute(*args)


def _timed(work: Any) -> tuple[float, int, Any]:
    from django.db import connection

    queries = _Counted()
    start = time.perf_counter()
    with connection.execute_wrapper(queries):
        result = work()
    return time.perf_counter() - start, queries.count, result


def _analyze() -> None:
    """PostgreSQL looks after its statistics by itself, in time; SQLite never does."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _bare_copy(table: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE TABLE bare (LIKE {table} INCLUDING ALL)")
        else:
            cursor.execute("SELECT sql FROM sqlite_master WHERE type='table' AND name=%s", [table])
            cursor.execute(cursor.fetchone()[0].replace(f'"{table}"', '"bare"', 1))


if __name__ == "__main__":
    main(*sys.argv[1:])
