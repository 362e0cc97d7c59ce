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
from .pen import Pen, Write, record_name
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
            pen = Pen(self._plan, xml, stream=lambda write: self._records(pen, write, end=lambda: xml.write("\n")))
            pen.root()(Scope(self._header))
        header = self._header
        counted = (self._control.count, self._payments, self._control.total_cents)
        if counted != (header.count, header.payments, header.total_cents):
            raise FormatInvalid(_("The batch says another number or sum of its postings than it has."))
        return self._control
