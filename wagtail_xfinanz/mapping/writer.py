"""Carry out a plan: one pass over the postings, one payment in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from lxml import etree

from ..errors import FormatInvalid
from ..formats.base import Control, Header, Line
from ..schemas.names import XSI_NIL, XSI_TYPE
from ..schemas.paths import readable
from ..text import unwritable, writable
from .model import Repeat
from .plan import Plan, PlanElement, PlanGroup, Scope, Value
from .prefixes import qualified


class Writer:
    """Writes one file. Everything is written the moment it is read; an error leaves a file nobody keeps."""

    def __init__(self, plan: Plan, out: BinaryIO, *, header: Header, lines: Iterable[Line]) -> None:
        self._plan, self._out, self._header = plan, out, header
        self._lines = lines
        self._control = Control()
        self._payments = 0
        self._written: set[int] = set()
        self._xml: Any = None

    def write(self) -> Control:
        """Raises FormatInvalid or TextNotWritable, naming the record."""
        with etree.xmlfile(self._out, encoding="utf-8") as self._xml:
            self._xml.write_declaration()
            nsmap = {prefix: namespace for namespace, prefix in self._plan.prefixes.items()}
            self._element(self._plan.root, Scope(self._header), nsmap)
        header = self._header
        counted = (self._control.count, self._payments, self._control.total_cents)
        if counted != (header.count, header.payments, header.total_cents):
            raise FormatInvalid(_("The batch says another number or sum of its postings than it has."))
        return self._control

    def _part(self, part: PlanElement | PlanGroup, scope: Scope) -> None:
        if part is self._plan.stream:
            self._stream(part)
        elif part.repeat is Repeat.ITEMS:
            for each in _single(scope):
                if part.condition is None or part.condition(each):
                    self._written.add(each.line.sequence)
                    self._once(part, each)
        elif isinstance(part, PlanElement) and part.is_leaf:
            self._leaf(part, scope)
        elif is_present(part, scope):
            self._once(part, scope)

    def _leaf(self, plan: PlanElement, scope: Scope) -> None:
        """An element with nothing but text, the most common one: its value is read once."""
        if plan.condition is not None and not plan.condition(scope):
            return
        value: Any = plan.text
        text = value.read(scope)
        if value.is_free_text and unwritable(text):
            writable(text, record=_record(scope), field=readable(plan.path))
        text = text or value.fallback
        if not text and value.is_dynamic and not plan.required and plan.condition is None:
            return
        with self._xml.element(plan.name, None if text else _empty(plan, value)):
            if text:
                self._xml.write(text)

    def _stream(self, part: PlanElement | PlanGroup) -> None:
        for scope in self._scopes(part.repeat):
            try:
                self._once(part, scope)
            except FormatInvalid as error:
                raise FormatInvalid(f"{_record(scope)}: {error}") from error
            if self._plan.writes_items and self._written != {line.sequence for line in scope.lines}:
                told = _("%(record)s: not all postings of this payment would be in the file.")
                raise FormatInvalid(told % {"record": _record(scope)})
            self._xml.write("\n")

    def _scopes(self, repeat: Repeat | None) -> Iterator[Scope]:
        counted = self._control.counting(self._lines)
        for _entry, group in groupby(counted, key=lambda line: line.posting.entry_id):
            self._payments += 1
            if repeat is Repeat.PAYMENTS:
                self._written = set()
                yield Scope(self._header, tuple(group))
            else:
                yield from (Scope(self._header, (line,)) for line in group)

    def _once(self, part: PlanElement | PlanGroup, scope: Scope) -> None:
        if isinstance(part, PlanElement):
            self._element(part, scope)
        elif part.is_choice:
            self._choice(part, scope)
        else:
            for inner in part.parts:
                self._part(inner, scope)

    def _choice(self, plan: PlanGroup, scope: Scope) -> None:
        present = [part for part in plan.parts if part.is_stream or is_present(part, scope)]
        if len(present) > 1:
            names = " / ".join(readable(part.path) for part in present)
            raise FormatInvalid(_("Only one of these can be written: %(names)s. Set conditions.") % {"names": names})
        if not present and plan.required:
            names = " / ".join(readable(part.path) for part in plan.parts)
            raise FormatInvalid(_("One of these is mandatory, but none has data: %(names)s.") % {"names": names})
        for part in present:
            self._part(part, scope)

    def _element(self, plan: PlanElement, scope: Scope, nsmap: dict[str, str] | None = None) -> None:
        attributes = self._attributes(plan, scope) if plan.attributes or plan.xsi_type else {}
        text = ""
        if plan.text:
            text = _read(plan.text, scope, plan) or plan.text.fallback
            attributes.update({} if text else _empty(plan, plan.text))
        with self._xml.element(plan.name, attributes, nsmap=nsmap):
            if text:
                self._xml.write(text)
            for part in plan.parts:
                self._part(part, scope)

    def _attributes(self, plan: PlanElement, scope: Scope) -> dict[str, str]:
        found = {}
        for attribute in plan.attributes:
            value = attribute.value
            text = (_read(value, scope, plan) if value.is_free_text else value.read(scope)) or value.fallback
            if text or attribute.required:
                found[attribute.name] = text
            if not text and attribute.required and not attribute.value.may_be_empty:
                raise FormatInvalid(_must_not_be_empty(f"{plan.path}/@{attribute.name}"))
        if plan.xsi_type:
            found[XSI_TYPE] = qualified(plan.xsi_type, self._plan.prefixes)
        return found


def is_present(part: PlanElement | PlanGroup, scope: Scope) -> bool:
    """Conditions decide; without one, whatever is mandatory or constant is there, and the rest if it has data."""
    if part.condition is not None:
        return part.condition(scope)
    if part.required or part.is_stream or not part.is_dynamic or _has_data(part, scope):
        return True
    return isinstance(part, PlanElement) and part.text is not None and bool(part.text.fallback)


def _has_data(part: PlanElement | PlanGroup, scope: Scope) -> bool:
    """Whether any value below has a text in this scope, or in that of one of its postings."""
    if part.repeat is Repeat.ITEMS:
        return part.condition is None or any(part.condition(each) for each in _single(scope))
    if part.condition is not None and not part.condition(scope):
        return False
    if isinstance(part, PlanElement):
        for read in part.data:
            if read(scope):
                return True
    for inner in part.parts:  # noqa: SIM110  runs for each record: a generator would cost more than it does
        if _has_data(inner, scope):
            return True
    return False


def _single(scope: Scope) -> Iterator[Scope]:
    return (Scope(scope.header, (line,)) for line in scope.lines)


def _read(value: Value, scope: Scope, plan: PlanElement) -> str:
    text = value.read(scope)
    if value.is_free_text and unwritable(text):
        writable(text, record=_record(scope), field=readable(plan.path))
    return text


def _empty(plan: PlanElement, value: Value) -> dict[str, str]:
    """The attributes of an element without text. Raises FormatInvalid if its type does not allow that."""
    if value.may_be_empty:
        return {}
    if not plan.nillable:
        raise FormatInvalid(_must_not_be_empty(plan.path))
    return {XSI_NIL: "true"}


def _record(scope: Scope) -> str:
    if not scope.lines:
        return _("Header")
    return _("Posting %(number)s") % {"number": scope.line.sequence}


def _must_not_be_empty(path: str) -> str:
    return _("“%(path)s” must not be empty.") % {"path": readable(path)}
