"""From a posting or a batch to one record of the file; what does not fit is named by record and column."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ...errors import FormatInvalid
from ...text import TextNotWritable, TextProblem, plain, unwritable, writable
from .profile import LINE_ENDS, SEPARATORS, Align, Column, Encoding, LineEnd, Profile, Quoting, Separator
from .sources import SOURCES, Kind, Place, Source
from .values import amount_text, percent_text, sign_text

_DANGEROUS = ("=", "+", "-", "@")
_QUOTING: dict[str, Any] = {
    Quoting.NEEDED: {"quoting": csv.QUOTE_MINIMAL},
    Quoting.ALL: {"quoting": csv.QUOTE_ALL},
    Quoting.NEVER: {"quoting": csv.QUOTE_NONE, "quotechar": None},
}


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell before it is filled up; ``whole`` is longer if it was cut."""

    text: str
    whole: str


def dialect(profile: Profile) -> dict[str, Any]:
    """How Python's csv module writes and reads the profile's records."""
    separator = SEPARATORS[Separator(profile.separator)]
    return {"delimiter": separator, "strict": True, **_QUOTING[profile.quoting]}


def line_end(profile: Profile) -> str:
    return LINE_ENDS[LineEnd(profile.line_end)]


def bare_encoding(profile: Profile) -> str:
    """The encoding of a part of the file: without the mark at its beginning."""
    return "utf-8" if profile.encoding == Encoding.UTF8_BOM else profile.encoding


def fitted(text: str, column: Column, profile: Profile) -> str:
    """The text filled up to the width of its column; zeros go between the sign and the digits."""
    if not profile.is_fixed:
        return text
    if column.align == Align.LEFT:
        return text.ljust(column.width, column.fill)
    if column.fill == "0" and SOURCES[column.source].kind is Kind.AMOUNT:
        return text.zfill(column.width)
    return text.rjust(column.width, column.fill)


def cut(text: str, width: int) -> str:
    """At most ``width`` characters; a letter is never parted from its marks."""
    if len(text) <= width:
        return text
    while width and unicodedata.combining(text[width]):
        width -= 1
    return text[:width]


class Records:
    """Makes the records of a file, one at a time."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._encoding = bare_encoding(profile)
        self._end = line_end(profile)
        codes = dict(profile.kind_codes)
        self._texts: Mapping[Kind, Callable[[Any], str]] = {
            Kind.CODE: lambda value: codes.get(value, value),
            Kind.NUMBER: str,
            Kind.AMOUNT: lambda value: amount_text(value, profile),
            Kind.SIGN: lambda value: sign_text(value, profile),
            Kind.DATE: lambda value: value.strftime(profile.date_format) if value else "",
            Kind.PERCENT: lambda value: percent_text(value, profile),
        }
        self._write = csv.writer(_Passing(), lineterminator=self._end, **dialect(profile)).writerow

    def record(self, kind: str, place: Place) -> bytes:
        """Header, posting or trailer with its line end. Raises FormatInvalid or TextNotWritable."""
        cells: list[str] = []
        columns = self._profile.records()[kind]
        for column in columns:
            if SOURCES[column.source].kind is Kind.SUMS:
                cells += self._sums(place)
            else:
                cells.append(fitted(self.cell(column, place, kind).text, column, self._profile))
        return self._encoded(cells, columns, lambda: record_name(kind, place))

    def titles(self) -> bytes:
        columns = self._profile.postings
        return self._encoded([column.name for column in columns], columns, lambda: _("Titles"))

    def cell(self, column: Column, place: Place, kind: str) -> Cell:
        """Raises FormatInvalid if it is too long or breaks the record, TextNotWritable for impossible characters."""
        source = SOURCES[column.source]
        if source.kind is Kind.TEXT:
            whole = self._typed(_raw(source, column, place), column, lambda: record_name(kind, place))
        elif column.source == "constant":
            whole = column.text
        else:
            whole = self._texts[source.kind](source.value(place))
        text = cut(whole, column.width) if column.is_cut and column.width else whole
        if column.width and len(text) > column.width:
            raise FormatInvalid(
                _("%(record)s, column “%(column)s”: %(long)s characters do not fit into %(width)s.")
                % {"record": record_name(kind, place), "column": column.name, "long": len(text), "width": column.width}
            )
        return Cell(text, whole)

    def check(self, column: Column, place: Place) -> None:
        """Would this column of a posting get through? Raises FormatInvalid or TextNotWritable if not."""
        text = self.cell(column, place, "posting").text
        self._encoded([text], [column], lambda: record_name("posting", place))

    def _typed(self, value: Any, column: Column, record: Callable[[], str]) -> str:
        text = plain(str(value))
        if unwritable(text):
            writable(text, record=record(), field=column.name)
        # Spreadsheets run cells that begin like a formula; an apostrophe in front keeps them text.
        return f"'{text}" if self._profile.guards_formulas and text.startswith(_DANGEROUS) else text

    def _sums(self, place: Place) -> list[str]:
        codes, sums = dict(self._profile.kind_codes), place.control.by_kind()
        return [text for kind, cents in sums.items() for text in (codes.get(kind, kind), self._amount(cents))]

    def _amount(self, cents: int) -> str:
        return amount_text(cents, self._profile)

    def _encoded(self, cells: list[str], columns: Any, record: Callable[[], str]) -> bytes:
        line = "".join(cells) + self._end if self._profile.is_fixed else self._joined(cells, columns, record)
        try:
            return line.encode(self._encoding)
        except UnicodeEncodeError as error:
            raise self._impossible(cells, columns, record()) from error

    def _joined(self, cells: list[str], columns: Any, record: Callable[[], str]) -> str:
        if self._profile.quoting == Quoting.NEVER:
            separator = SEPARATORS[Separator(self._profile.separator)]
            for column, text in zip(columns, cells, strict=False):
                if separator in text:
                    raise FormatInvalid(
                        _("%(record)s, column “%(column)s”: the text contains the separator, and nothing is quoted.")
                        % {"record": record(), "column": column.name}
                    )
            if cells == [""]:
                return self._end
        return str(self._write(cells))

    def _impossible(self, cells: list[str], columns: Any, record: str) -> TextNotWritable:
        bad = {
            (column.name, character): None
            for column, text in zip(columns, cells, strict=False)
            for character in text
            if not _can_encode(character, self._encoding)
        }
        return TextNotWritable([TextProblem(record, name, character) for name, character in bad])


class _Passing:
    """Lets csv.writer hand its line back instead of writing it."""

    def write(self, line: str) -> str:
        return line


def record_name(kind: str, place: Place) -> str:
    if place.name:
        return place.name
    if kind == "posting":
        return _("Posting %(number)s") % {"number": place.line.sequence}
    return _("Header") if kind == "header" else _("Sums")


def _raw(source: Source, column: Column, place: Place) -> Any:
    value = source.value(place)
    return value.get(column.text, "") if column.source == "extra" else value


def _can_encode(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
