"""Rows of a table in a text file, whatever program wrote it: encoding, separator, quotes, lines before the head."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..errors import NotUnderstood

_SEPARATORS = ";,\t|"
#: Exports may begin with a few lines about themselves.
_LINES_BEFORE_HEAD = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One row with the number of its (first) line in the file, from 1."""

    line: int
    cells: Mapping[str, str]
    first: str
    """The first cell that is not empty, e.g. the word "Total"."""

    def wrong(self, why: object) -> NotUnderstood:
        return NotUnderstood(_("Line %(line)s: %(why)s") % {"line": self.line, "why": why})


def rows_of(data: bytes, *, needed: Sequence[str], encoding: str = "", separator: str = "") -> Iterator[Row]:
    """The rows below the head, which is the first line with all ``needed`` columns; names in any case.

    Raises NotUnderstood naming the line, the columns that are missing and those that were found.
    """
    text = _decoded(data, encoding)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator or _separator(text, needed), strict=True)
    names: list[str] = []
    seen: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            break
        except csv.Error as error:
            raise NotUnderstood(_("Line %(line)s: %(why)s") % {"line": line, "why": error}) from error
        if not any(cells):
            continue
        if names:
            yield _row(line, names, cells)
        elif {name.casefold() for name in needed} <= {cell.casefold() for cell in cells}:
            names = _unambiguous([cell.casefold() for cell in cells], needed)
        else:
            seen = seen or cells
            if line > _LINES_BEFORE_HEAD:
                break
    if not names:
        raise _no_head(needed, seen)


def _row(line: int, names: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) > len(names) and any(cells[len(names) :]):
        why = _("it has %(found)s fields, the head has %(expected)s.") % {"found": len(cells), "expected": len(names)}
        raise NotUnderstood(_("Line %(line)s: %(why)s") % {"line": line, "why": why})
    first = next(cell for cell in cells if cell)
    return Row(line=line, cells=dict(zip(names, cells, strict=False)), first=first)


def _unambiguous(names: list[str], needed: Sequence[str]) -> list[str]:
    for name in needed:
        if names.count(name.casefold()) > 1:
            raise NotUnderstood(_("There are several columns “%(name)s”.") % {"name": name})
    return names


def _no_head(needed: Sequence[str], seen: Sequence[str]) -> NotUnderstood:
    if not seen:
        return NotUnderstood(_("The file is empty."))
    found = {cell.casefold() for cell in seen}
    missing = ", ".join(name for name in needed if name.casefold() not in found)
    return NotUnderstood(
        _("These columns are missing: %(missing)s. The first line has: %(seen)s.")
        % {"missing": missing, "seen": ", ".join(cell for cell in seen if cell)[:300]}
    )


def _decoded(data: bytes, encoding: str) -> str:
    """UTF-8 if it is, else Windows' Western European, which German programs write."""
    guesses = (
        [encoding] if encoding else ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252"]
    )
    for guess in guesses:
        try:
            text = data.decode(guess)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\0" not in text:
            return text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    raise NotUnderstood(_("This is not a text file in the encoding %(name)s.") % {"name": encoding or "UTF-8"})


def _separator(text: str, needed: Sequence[str]) -> str:
    """The one that cuts out the most needed columns somewhere at the top."""
    wanted = {name.casefold() for name in needed}
    top = text.splitlines()[:_LINES_BEFORE_HEAD]

    def hits(separator: str) -> int:
        heads = ({cell.strip(' "').casefold() for cell in line.split(separator)} for line in top)
        return max((len(wanted & head) for head in heads), default=0)

    return max(_SEPARATORS, key=hits)
