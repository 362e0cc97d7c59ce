"""Text files for finance systems without XFinanz: columns, separators, encodings, fixed widths as a profile says."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...errors import FormatInvalid
from ..base import BaseFormat, Control, Header, Line
from ..registry import formats
from .profile import Column, Encoding, Profile, default_profile
from .reader import read_back
from .records import Records
from .sources import Place


@formats.register("csv")
class CsvFormat(BaseFormat):
    """Writes by the profile of a tenant, see ``flows.equip``; without one by that of the settings."""

    label = gettext_lazy("CSV")
    extension = "csv"
    content_type = "text/csv"

    def __init__(self, profile: Profile | None = None) -> None:
        self._profile = profile
        self._written: Control | None = None

    def write(self, out: BinaryIO, *, header: Header, lines: Iterable[Line]) -> Control:
        profile, control = self._profile_for(header), Control()
        records = Records(profile)
        ends = bool(profile.header) + bool(profile.trailer)
        if profile.encoding == Encoding.UTF8_BOM:
            out.write(codecs.BOM_UTF8)
        if profile.header:
            out.write(records.record("header", Place(header, _announced(header), _NO_LINE, ends)))
        if profile.has_titles:
            out.write(records.titles())
        for line in control.counting(lines):
            out.write(records.record("posting", Place(header, control, line)))
        if profile.trailer:
            out.write(records.record("trailer", Place(header, control, _NO_LINE, ends)))
        self._profile, self._written = profile, control
        return control

    def validate(self, source: BinaryIO) -> None:
        """Read the file back by its profile; compare with its own control record and, once written, with the postings.

        Raises FormatInvalid.
        """
        found = read_back(source, self._profile or default_profile(""))
        if self._written is None:
            return
        is_equal = (found.count, found.total_cents) == (self._written.count, self._written.total_cents)
        if not is_equal or (found.sums is not None and found.sums != self._written.sums):
            raise FormatInvalid(_("The CSV file does not hold the postings it was written from."))

    def settings(self) -> dict[str, Any] | None:
        return self._profile.to_json() if self._profile else None

    def filename(self, header: Header) -> str:
        return super().filename(header).removesuffix(self.extension) + self._profile_for(header).extension

    def _profile_for(self, header: Header) -> Profile:
        return self._profile or default_profile(header.tenant_number)


@dataclass(frozen=True, slots=True)
class Cut:
    """A text that is shorter in the file than in its posting."""

    line: Line
    column: Column
    original: str
    written: str


def cuts(profile: Profile, *, lines: Iterable[Line]) -> Iterator[Cut]:
    """Every text the profile cuts, in order."""
    columns = [column for column in profile.postings if column.is_cut]
    if not columns:
        return
    records = Records(profile)
    for line in lines:
        for column in columns:
            cell = records.cell(column, Place(_NO_HEADER, Control(), line), "posting")
            if cell.text != cell.whole:
                yield Cut(line, column, cell.whole, cell.text)


def _announced(header: Header) -> Control:
    """What the batch says before its postings are counted."""
    control = Control(count=header.count, total_cents=header.total_cents)
    control.sums.update(dict(header.sums))
    return control


_NO_LINE: Any = None
_NO_HEADER: Any = None
