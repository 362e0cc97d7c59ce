"""Reads a file by the profile that wrote it, counts and adds up again, and compares with what the file says itself."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from ...errors import FormatInvalid
from ...posting import PostingKind
from .profile import Column, Profile, Sign
from .records import dialect, fitted, line_end
from .sources import SOURCES, Kind
from .values import cents_of


@dataclass(slots=True)
class Found:
    """What the records of a file add up to; ``sums`` is None if no column tells the kinds apart."""

    count: int = 0
    total_cents: int = 0
    sums: Counter[str] | None = None


def read_back(source: BinaryIO, profile: Profile) -> Found:
    """Read the whole file in bounded memory. Raises FormatInvalid naming the record that is wrong."""
    text = io.TextIOWrapper(source, encoding=profile.encoding, newline="")
    try:
        return _Reading(profile).read(_rows(text, profile))
    except UnicodeError as error:
        raise FormatInvalid(_("The file is not written in %(name)s.") % {"name": profile.encoding}) from error
    except csv.Error as error:
        raise FormatInvalid(_("The file cannot be read: %(error)s") % {"error": error}) from error
    finally:
        text.detach()


def cells_of(row: Any, columns: Sequence[Column], profile: Profile) -> list[str]:
    """The cells of a record, filled up as they are. Raises ValueError if there are not as many as the profile says."""
    if not profile.is_fixed:
        many = columns and SOURCES[columns[-1].source].kind is Kind.SUMS
        if (len(row) < len(columns) - 1) if many else (len(row) != len(columns)):
            raise ValueError(len(row))
        return list(row)
    if len(row) != sum(column.width for column in columns):
        raise ValueError(len(row))
    cells, place = [], 0
    for column in columns:
        cells.append(row[place : place + column.width])
        place += column.width
    return cells


def _rows(text: io.TextIOWrapper, profile: Profile) -> Iterator[Any]:
    lines = _lines(text, line_end(profile))
    if profile.is_fixed:
        return (line.removesuffix(line_end(profile)) for line in lines)
    return (row or [""] for row in csv.reader(lines, **dialect(profile)))


def _lines(text: io.TextIOWrapper, end: str) -> Iterator[str]:
    for number, line in enumerate(text, start=1):
        if not line.endswith(end) or line.removesuffix(end).endswith("\r"):
            raise FormatInvalid(_("Record %(number)s does not end as the profile says.") % {"number": number})
        yield line


@dataclass(slots=True)
class _Claims:
    """What a header or a trailer says of the postings."""

    values: dict[str, int] = field(default_factory=dict)
    sums: dict[str, int] | None = None


class _Reading:
    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._number = 0
        self._claims: list[_Claims] = []
        self._found = Found()
        place = {column.source: (index, column) for index, column in enumerate(profile.postings)}
        self._amount = place["amount"][0]
        self._sign = place.get("sign") if profile.sign == Sign.SEPARATE else None
        self._kind = place.get("kind")
        codes = dict(profile.kind_codes)
        self._kinds = {codes.get(kind, kind): kind for kind in PostingKind.values}
        if self._kind:
            self._found.sums = Counter()
            self._kinds = {fitted(code, self._kind[1], profile): kind for code, kind in self._kinds.items()}

    def read(self, rows: Iterator[Any]) -> Found:
        if self._profile.header:
            self._claims.append(self._end(self._next(rows), self._profile.header))
        if self._profile.has_titles and self._next(rows) != [column.name for column in self._profile.postings]:
            raise self._wrong()
        last = self._next(rows) if self._profile.trailer else None
        for row in rows:
            self._posting(row if last is None else last)
            self._number += 1
            last = None if last is None else row
        if last is not None:
            self._claims.append(self._end(last, self._profile.trailer))
        for claims in self._claims:
            self._compare(claims)
        return self._found

    def _next(self, rows: Iterator[Any]) -> Any:
        self._number += 1
        row = next(rows, None)
        if row is None:
            raise FormatInvalid(_("The file is cut off."))
        return row

    def _wrong(self) -> FormatInvalid:
        return FormatInvalid(_("Record %(number)s is not what the profile says.") % {"number": self._number})

    def _cells(self, row: Any, columns: Sequence[Column]) -> list[str]:
        try:
            cells = cells_of(row, columns, self._profile)
        except ValueError as error:
            raise self._wrong() from error
        for column, cell in zip(columns, cells, strict=False):
            if column.source == "constant" and cell != fitted(column.text, column, self._profile):
                raise self._wrong()
        return cells

    def _posting(self, row: Any) -> None:
        cells = self._cells(row, self._profile.postings)
        cents = self._cents(cells[self._amount])
        if self._sign and self._is_negative(cells[self._sign[0]], self._sign[1]):
            cents = -cents
        self._found.count += 1
        self._found.total_cents += cents
        if self._kind and self._found.sums is not None:
            self._found.sums[self._kind_of(cells[self._kind[0]])] += cents

    def _end(self, row: Any, columns: Sequence[Column]) -> _Claims:
        claims, negative = _Claims(), False
        cells = self._cells(row, columns)
        for place, (column, cell) in enumerate(zip(columns, cells, strict=False)):
            kind = SOURCES[column.source].kind
            if kind is Kind.AMOUNT:
                claims.values[column.source] = self._cents(cell)
            elif column.source in ("count", "record_count"):
                claims.values[column.source] = self._whole(cell)
            elif kind is Kind.SIGN:
                negative = self._is_negative(cell, column)
            elif kind is Kind.SUMS:
                claims.sums = self._pairs(cells[place:])
        if negative and self._profile.sign == Sign.SEPARATE and "total" in claims.values:
            claims.values["total"] *= -1
        return claims

    def _pairs(self, cells: list[str]) -> dict[str, int]:
        if len(cells) % 2:
            raise self._wrong()
        codes = dict(self._profile.kind_codes)
        kinds = {codes.get(kind, kind): kind for kind in PostingKind.values}
        if unknown := set(cells[::2]) - set(kinds):
            raise FormatInvalid(_("“%(code)s” is no kind of posting.") % {"code": sorted(unknown)[0]})
        return {kinds[code]: self._cents(text) for code, text in zip(cells[::2], cells[1::2], strict=True)}

    def _compare(self, claims: _Claims) -> None:
        found, ends = self._found, bool(self._profile.header) + bool(self._profile.trailer)
        right = {"count": found.count, "record_count": found.count + ends, "total": found.total_cents}
        if found.sums is not None:
            right |= {f"sum_{kind}": self._shown(found.sums[kind]) for kind in PostingKind.values}
        is_right = all(right.get(name, value) == value for name, value in claims.values.items())
        if claims.sums is not None and found.sums is not None:
            is_right &= claims.sums == {kind: self._shown(cents) for kind, cents in found.sums.items()}
        if not is_right:
            raise FormatInvalid(_("The CSV file’s control record does not match its postings."))

    def _shown(self, cents: int) -> int:
        """A sum of a kind as it can be read: no column tells its sign where signs stand apart."""
        return abs(cents) if self._profile.sign == Sign.SEPARATE else cents

    def _cents(self, cell: str) -> int:
        try:
            return cents_of(cell, self._profile)
        except ValueError as error:
            raise self._wrong() from error

    def _whole(self, cell: str) -> int:
        try:
            return int(cell.strip(" "))
        except ValueError as error:
            raise self._wrong() from error

    def _is_negative(self, cell: str, column: Column) -> bool:
        signs = {fitted(self._profile.negative, column, self._profile): True}
        signs |= {fitted(self._profile.positive, column, self._profile): False}
        if cell not in signs:
            raise self._wrong()
        return signs[cell]

    def _kind_of(self, cell: str) -> str:
        if cell not in self._kinds:
            raise FormatInvalid(_("“%(code)s” is no kind of posting.") % {"code": cell.strip()})
        return self._kinds[cell]
