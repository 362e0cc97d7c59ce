"""What the measurements of booking files share: a million postings, and the three things that are asked of a format.

Memory is the growth of the process over its state at rest, and the time per posting must not grow with their number.
Time is that of the processor, in the same run: both ways do nothing but compute, and other work on the machine disturbs
it least. ``BENCH_POSTINGS`` sets another largest number.
"""

from __future__ import annotations

import datetime
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from lxml import etree

from benchmarks import memory
from wagtail_xfinanz.formats.base import BaseFormat, Header, Line
from wagtail_xfinanz.posting import Posting

LARGEST = int(os.environ.get("BENCH_POSTINGS", "1_000_000"))
SMALLEST = LARGEST // 100
COMPARED = 1_000
CENTS = 850
AT = datetime.datetime(2026, 11, 25, tzinfo=datetime.UTC)


def header(count: int) -> Header:
    sums = (("payment", count * CENTS),)
    return Header("008", "Musterstadt", 2026, 1, AT, "A", AT, "B", AT, "", "EUR", count, count, count * CENTS, sums)


def lines(count: int) -> Iterator[Line]:
    for number in range(1, count + 1):
        yield Line(number, Posting(
            kind="payment", part="item", amount_cents=CENTS, reference=f"26{number:011d}", booked_on=AT.date(),
            reason="Sperrgut abholen lassen", label="Abholung je Stück", posting_key="sperrgut", entry_id=number,
            order_id="1", product="11.01.02", account="432100", provider="sandbox", provider_ref=f"tr_{number}",
            payer="Łukasz O'Brien", method="card",
        ))  # fmt: skip


def rows(
    name: str, file_format: BaseFormat, plain: Callable[[BinaryIO, int], None], *, schema: Any, record: str
) -> Any:
    """``plain`` writes the same bytes with lxml alone. Raises AssertionError if it writes others."""
    bare = Bare(plain, schema=schema, record=record)
    ours = Ours(file_format)
    if ours.bytes(COMPARED) != bare.bytes(COMPARED):
        raise AssertionError("The two ways write different files.")
    small = _timed(ours, SMALLEST) / SMALLEST
    rest = memory.forget_peak()
    seconds = _timed(ours, LARGEST)
    grown = memory.peak_mb() - rest
    plain_seconds = _timed(bare, LARGEST)
    return [
        {
            "what": f"{LARGEST:,} postings as valid {name} XML",
            "ours": LARGEST / seconds,
            "plain": LARGEST / plain_seconds,
            "unit": "x/s",
            "ratio": seconds / plain_seconds,
            "against": "the same bytes by xmlfile + validating iterparse",
        },
        {
            "what": f"time per posting, {SMALLEST:,} and {LARGEST:,}",
            "ours": seconds / LARGEST * 1e6,
            "plain": small * 1e6,
            "unit": "µs",
            "ratio": seconds / LARGEST / small,
            "against": "ours with a hundredth of them",
        },
        {
            "what": f"memory for {LARGEST:,} postings",
            "ours": grown,
            "plain": rest,
            "unit": "MB",
            "ratio": grown / 100,
            "against": "process at rest; ratio is to the limit of 100 MB",
        },
    ]


class Ours:
    """The format: written, then validated by it."""

    def __init__(self, file_format: BaseFormat) -> None:
        self._format = file_format

    def write(self, out: BinaryIO, count: int) -> None:
        self._format.write(out, header=header(count), lines=lines(count))

    def read(self, source: BinaryIO) -> None:
        self._format.validate(source)

    def __call__(self, count: int) -> None:
        with tempfile.TemporaryFile() as out:
            self.write(out, count)
            out.seek(0)
            self.read(out)

    def bytes(self, count: int) -> bytes:
        with tempfile.TemporaryFile() as out:
            self.write(out, count)
            out.seek(0)
            return out.read()


class Bare(Ours):
    """The same elements with the same texts, known beforehand, and one validating pass."""

    def __init__(self, write: Callable[[BinaryIO, int], None], *, schema: Any, record: str) -> None:
        self.write, self._schema, self._record = write, schema, record  # type: ignore[method-assign]

    def read(self, source: BinaryIO) -> None:
        for _event, element in etree.iterparse(source, schema=self._schema, tag=self._record):
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]  # type: ignore[union-attr]


def _timed(way: Ours, count: int) -> float:
    start = time.process_time()
    way(count)
    return time.process_time() - start
