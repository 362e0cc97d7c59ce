"""Answers as CSV, shaped like our booking file: rows K (which batch), B (a posting) or G (all), S (sums)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..base import Answer, BaseAcknowledgementFormat, BatchAnswer, Totals, cents_of, refused, whole_number
from ..registry import acknowledgement_formats

_ACCEPTED = {"angenommen": True, "abgelehnt": False}
#: How many cells a row of each kind has at least.
_CELLS = {"K": 4, "B": 3, "G": 2, "S": 5}


@acknowledgement_formats.register("csv")
class CsvAcknowledgement(BaseAcknowledgementFormat):
    """Semicolons, UTF-8 or Windows-1252; see docs/reference/acknowledgements.md."""

    label = gettext_lazy("CSV")

    def recognises(self, data: bytes) -> bool:
        return data.removeprefix(b"\xef\xbb\xbf").startswith((b"K;", b'"K";'))

    def read(self, data: bytes) -> BatchAnswer:
        found = _Found()
        for line, cells in _rows(data):
            if cells[0] != "Satz":
                found.take(line, cells)
        return found.answer()


def _rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(_decoded(data), newline=""), delimiter=";", strict=True)
    try:
        for cells in reader:
            if any(cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise refused(reader.line_num, str(error)) from error


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


@dataclass(slots=True)
class _Found:
    """What has been read so far."""

    head: list[str] | None = None
    head_line: int = 0
    answers: list[Answer] = field(default_factory=list)
    whole: Answer | None = None
    totals: Totals | None = None

    def take(self, line: int, cells: list[str]) -> None:
        kind = cells[0]
        if len(cells) < _CELLS.get(kind, 99):
            raise refused(line, _("“%(kind)s” is no kind of record, or cells are missing.") % {"kind": kind[:20]})
        if self.totals:
            raise refused(line, _("There is something after the sums."))
        if (kind == "K") == bool(self.head):
            raise refused(line, _("The file has to begin with one record K."))
        getattr(self, f"_take_{kind.lower()}")(line, [*cells, "", "", "", ""])

    def _take_k(self, line: int, cells: list[str]) -> None:
        self.head, self.head_line = cells, line

    def _take_b(self, line: int, cells: list[str]) -> None:
        amount = cents_of(cells[6], line=line) if cells[6] else None
        sequence = whole_number(cells[1], line=line)
        self.answers.append(Answer(line, sequence, _status(cells[2], line), cells[3], cells[4], cells[5], amount))

    def _take_g(self, line: int, cells: list[str]) -> None:
        if self.whole:
            raise refused(line, _("There is a second record G."))
        self.whole = Answer(line, 0, _status(cells[1], line), cells[2], cells[3])

    def _take_s(self, line: int, cells: list[str]) -> None:
        accepted, rejected = whole_number(cells[1], line=line), whole_number(cells[3], line=line)
        self.totals = Totals(accepted, cents_of(cells[2], line=line), rejected, cents_of(cells[4], line=line))

    def answer(self) -> BatchAnswer:
        if self.head is None or self.totals is None:
            raise refused(self.head_line, _("The file is cut off: the sums at its end are missing."))
        _kind, tenant, year, number, sha256, *_rest = self.head
        return BatchAnswer(
            tenant_number=tenant,
            budget_year=whole_number(year, line=self.head_line),
            number=whole_number(number, line=self.head_line),
            totals=self.totals,
            file_sha256=sha256.lower(),
            answers=tuple(self.answers),
            whole=self.whole,
        )


def _status(text: str, line: int) -> bool:
    if text.lower() not in _ACCEPTED:
        raise refused(line, _("“%(text)s” is neither “angenommen” nor “abgelehnt”.") % {"text": text[:40]})
    return _ACCEPTED[text.lower()]
