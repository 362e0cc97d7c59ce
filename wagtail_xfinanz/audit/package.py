"""Writing a package: a zip with tables, record description, files and documents. Memory does not grow with it."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import zipfile
from collections.abc import Iterable
from typing import IO, BinaryIO

from ..models import ClosingState
from . import bookkeeping, payments
from .bookkeeping import file_path, files_of
from .index import SCHEMA, Written, describe
from .period import Period
from .table import Table

SUMS = "SHA256SUMS"
TABLES = (*payments.TABLES, *bookkeeping.TABLES)


class PackageWriter:
    """Adds members to a zip and remembers their hashes."""

    def __init__(self, out: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        self._sums: list[tuple[str, str]] = []

    def add(self, name: str, parts: Iterable[bytes]) -> str:
        """A member made of these bytes; returns its SHA-256."""
        digest = hashlib.sha256()
        with self._open(name) as target:
            for part in parts:
                digest.update(part)
                target.write(part)
        self._sums.append((digest.hexdigest(), name))
        return digest.hexdigest()

    def add_table(self, table: Table, period: Period) -> Written:
        file, counted = f"tables/{table.name}.csv", _Counted()
        sha256 = self.add(file, counted.lines(table, period))
        return Written(table, file, counted.rows, sha256)

    def finish(self) -> None:
        """The list of hashes is the last member; it names all others."""
        text = "".join(f"{digest}  {name}\n" for digest, name in self._sums)
        with self._open(SUMS) as target:
            target.write(text.encode())
        self._zip.close()

    def _open(self, name: str) -> IO[bytes]:
        # No time of their own: the same content makes the same bytes.
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        return self._zip.open(info, "w", force_zip64=True)


class _Counted:
    """The lines of a table, counted while they pass."""

    def __init__(self) -> None:
        self.rows = 0

    def lines(self, table: Table, period: Period) -> Iterable[bytes]:
        yield _line([column.name for column in table.columns])
        for texts in table.texts(period):
            self.rows += 1
            yield _line(texts)


def write_package(out: BinaryIO, period: Period, *, at: datetime.datetime, by: str) -> int:
    """Write everything of the period; returns how many rows. Descriptions are in the active language."""
    writer = PackageWriter(out)
    written = [writer.add_table(table, period) for table in TABLES]
    for kept in files_of(period).iterator():
        writer.add(file_path(kept), kept.stream())
    for closing in period.closings.filter(state=ClosingState.SIGNED).iterator(chunk_size=1):
        writer.add(f"closings/{closing.day.isoformat()}.pdf", [bytes(closing.pdf)])
    writer.add("audit-1.xsd", [SCHEMA.read_bytes()])
    writer.add("index.xml", [describe(period, written, at=at, by=by)])
    writer.finish()
    return sum(each.rows for each in written)


def _line(texts: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, delimiter=";", quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n").writerow(texts)
    return line.getvalue().encode()
