from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import BookkeepingError
from ..formats.base import Control, Line
from ..formats.csv.profile import Encoding, Profile, Quoting
from ..formats.csv.records import Records
from ..formats.csv.sources import POSTING, SOURCES, Place
from ..posting import Posting

_TAKES_ALL = (Encoding.UTF8, Encoding.UTF8_BOM)
_NO_HEADER: Any = None


class Fit:
    """Whether postings fit into a tenant's text file, asked before they are collected and not on the day of release."""

    def __init__(self, profile: Profile) -> None:
        is_strict = profile.encoding not in _TAKES_ALL or profile.quoting == Quoting.NEVER
        self._records = Records(profile)
        self._columns = [
            column
            for column in profile.postings
            if (is_strict or column.width)
            and column.source in SOURCES
            and SOURCES[column.source].records == POSTING
            and column.source != "sequence"
        ]

    def problems(self, posting: Posting, *, name: str) -> Iterator[tuple[str, str]]:
        """Field and message for every column that cannot take its value; ``name`` says which posting it is."""
        if not self._columns:
            return
        place = Place(_NO_HEADER, Control(), Line(0, posting), name=name)
        for column in self._columns:
            try:
                self._records.check(column, place)
            except BookkeepingError as error:
                yield column.text if column.source == "extra" else column.source, str(error)
