"""Comma-separated values as spreadsheet programs and importers in Germany expect them: semicolon, decimal comma."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...errors import FormatInvalid
from ...text import TextNotWritable, TextProblem, plain, unwritable, writable
from ..base import BaseFormat, Control, Header, Line, amount
from ..registry import formats
from .columns import COLUMNS
from .profile import Profile, profile_for

_DANGEROUS = ("=", "+", "-", "@")


@formats.register("csv")
class CsvFormat(BaseFormat):
    """Record kinds K (header), B (posting), S (sums) in the first column; columns by the tenant's profile."""

    label = gettext_lazy("CSV")
    extension = "csv"
    content_type = "text/csv"

    def write(self, out: BinaryIO, *, header: Header, lines: Iterable[Line]) -> Control:
        profile, control = profile_for(header.tenant_number), Control()
        if profile.encoding == "utf-8-sig":
            out.write(codecs.BOM_UTF8)
        rows = _Rows(out, profile)
        rows.write(_("Header"), ["K", *_safe_all(_header(header))])
        rows.write(_("Header"), ["Satz", *(COLUMNS[name].title for name in profile.columns)])
        for line in control.counting(lines):
            rows.write(_record(line), ["B", *(_cell(line, name) for name in profile.columns)])
        rows.write(_("Sums"), ["S", str(control.count), _comma(control.total_cents), *_by_kind(control)])
        return control

    def validate(self, source: BinaryIO) -> None:
        """Count and add up the file again. Raises FormatInvalid if the trailer says otherwise."""
        text = io.TextIOWrapper(source, encoding=_encoding_of(source), newline="")
        try:
            found, trailer = _add_up(csv.reader(text, delimiter=";"))
        finally:
            text.detach()
        if trailer != found:
            raise FormatInvalid(_("The CSV file’s control record does not match its postings."))


def _add_up(rows: Iterable[list[str]]) -> tuple[tuple[int, int], tuple[int, int] | None]:
    """Count and sum of the postings, and what the trailer says of them."""
    count, total, trailer, place = 0, 0, None, -1
    for row in rows:
        if row[0] == "Satz":
            place = row.index(COLUMNS["amount"].title)
        elif row[0] == "B":
            count, total = count + 1, total + _cents(row[place])
        elif row[0] == "S":
            trailer = (int(row[1]), _cents(row[2]))
    return (count, total), trailer


class _Rows:
    """Writes one row at a time and says which field a character does not fit into."""

    def __init__(self, out: BinaryIO, profile: Profile) -> None:
        self._out = out
        self._encoding = "utf-8" if profile.encoding == "utf-8-sig" else profile.encoding

    def write(self, record: str, cells: list[str]) -> None:
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerow(cells)
        try:
            self._out.write(buffer.getvalue().encode(self._encoding))
        except UnicodeEncodeError as error:
            bad = dict.fromkeys(error.object[error.start : error.end])
            raise TextNotWritable([TextProblem(record, self._encoding, char) for char in bad]) from error


def _header(header: Header) -> list[str]:
    return [
        header.tenant_number,
        header.tenant_name,
        str(header.budget_year),
        str(header.number),
        header.currency,
        header.certified_by,
        header.released_by,
        header.previous_hash,
    ]


def _record(line: Line) -> str:
    return _("Posting %(number)s") % {"number": line.sequence}


def _cell(line: Line, name: str) -> str:
    column = COLUMNS[name]
    value = column.value(line)
    if isinstance(value, int):
        return _comma(value)
    text = plain(value)
    if unwritable(text):
        writable(text, record=_record(line), field=name)
    return _safe(text)


def _safe_all(values: list[str]) -> list[str]:
    return [_safe(writable(value, record=_("Header"), field="K")) for value in values]


def _safe(text: str) -> str:
    """Spreadsheets run cells that begin like a formula; an apostrophe in front keeps them text."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _comma(cents: int) -> str:
    return amount(cents).replace(".", ",")


def _by_kind(control: Control) -> list[str]:
    return [cell for kind, cents in control.by_kind().items() for cell in (kind, _comma(cents))]


def _cents(text: str) -> int:
    return int(text.replace(",", ""))


def _encoding_of(source: BinaryIO) -> str:
    start = source.read(3)
    source.seek(0)
    return "utf-8-sig" if start == codecs.BOM_UTF8 else "cp1252"
