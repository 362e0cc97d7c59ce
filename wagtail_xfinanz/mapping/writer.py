"""Carry out a plan: one pass over the postings, one payment in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import BinaryIO

from django.utils.translation import gettext as _
from lxml import etree

from ..errors import FormatInvalid
from ..formats.base import Control, Header, Line
from .model import Repeat
from .pen import Pen
from .plan import Plan, Scope

_payment_of = attrgetter("posting.entry_id")


class Writer:
    """Writes one file. Everything is written the moment it is read; an error leaves a file nobody keeps."""

    def __init__(self, plan: Plan, out: BinaryIO, *, header: Header, lines: Iterable[Line]) -> None:
        self._plan, self._out, self._header = plan, out, header
        self._lines = lines
        self._control = Control()
        self._payments = 0

    def write(self) -> Control:
        """Raises FormatInvalid or TextNotWritable, naming the record."""
        with etree.xmlfile(self._out, encoding="utf-8") as xml:
            xml.write_declaration()
            Pen(self._plan, xml, records=self._records()).root()(Scope(self._header))
        header = self._header
        counted = (self._control.count, self._payments, self._control.total_cents)
        if counted != (header.count, header.payments, header.total_cents):
            raise FormatInvalid(_("The batch says another number or sum of its postings than it has."))
        return self._control

    def _records(self) -> Iterator[Scope]:
        counted = self._control.counting(self._lines)
        by_payment = self._plan.stream is not None and self._plan.stream.repeat is Repeat.PAYMENTS
        for _entry, group in groupby(counted, key=_payment_of):
            self._payments += 1
            if by_payment:
                yield Scope(self._header, tuple(group))
            else:
                yield from (Scope(self._header, (line,)) for line in group)
