"""From a plan to functions that write: what can be known beforehand is decided once for each file, not for each record.

Every function takes the scope whose data it writes. lxml writes the names and escapes the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from ..errors import FormatInvalid
from ..schemas.names import XSI_NIL, XSI_TYPE
from ..schemas.paths import readable
from ..text import unwritable, writable
from .model import Repeat
from .plan import Plan, PlanElement, PlanGroup, Scope, Value
from .prefixes import qualified
from .presence import presence

Write = Callable[[Scope], None]


class Pen:
    """Makes the functions for one open file. ``records`` are the scopes of what the plan repeats, read once."""

    def __init__(self, plan: Plan, xml: Any, *, records: Iterator[Scope]) -> None:
        self._plan, self._xml, self._records = plan, xml, records
        self._written: set[int] = set()
        """Which postings of the payment have been written one by one, by their numbers."""

    def root(self) -> Write:
        nsmap = {prefix: namespace for namespace, prefix in self._plan.prefixes.items()}
        return self._element(self._plan.root, nsmap=nsmap)

    def _part(self, part: PlanElement | PlanGroup) -> Write:
        """Writes the part if it is there."""
        if part is self._plan.stream or part.repeat is Repeat.ITEMS:
            return self._present(part)
        is_there = presence(part)
        if is_there is None:
            return self._present(part)
        if isinstance(part, PlanElement) and part.is_leaf and part.condition is None:
            return self._leaf(part, may_lack=True)
        return _if(is_there, self._present(part))

    def _present(self, part: PlanElement | PlanGroup) -> Write:
        """Writes a part of which is known that it is there, as often as it is repeated."""
        write = self._once(part)
        if part is self._plan.stream:
            return self._stream(write)
        return self._items(part, write) if part.repeat is Repeat.ITEMS else write

    def _once(self, part: PlanElement | PlanGroup) -> Write:
        if isinstance(part, PlanElement):
            return self._leaf(part) if part.is_leaf else self._element(part)
        return self._choice(part) if part.is_choice else _in_turn([self._part(inner) for inner in part.parts])

    def _stream(self, write: Write) -> Write:
        records, written, end_line = self._records, self._written, self._xml.write
        writes_items = self._plan.writes_items

        def stream(_scope: Scope) -> None:
            for scope in records:
                try:
                    write(scope)
                except FormatInvalid as error:
                    raise FormatInvalid(f"{_record(scope)}: {error}") from error
                if writes_items and written != {line.sequence for line in scope.lines}:
                    told = _("%(record)s: not all postings of this payment would be in the file.")
                    raise FormatInvalid(told % {"record": _record(scope)})
                written.clear()
                end_line("\n")

        return stream

    def _items(self, part: PlanElement | PlanGroup, write: Write) -> Write:
        condition, written = part.condition, self._written

        def items(scope: Scope) -> None:
            for each in scope.single():
                if condition is None or condition(each):
                    written.add(each.lines[0].sequence)
                    write(each)

        return items

    def _choice(self, plan: PlanGroup) -> Write:
        alternatives = [(presence(part) or _always, self._present(part)) for part in plan.parts]

        def choice(scope: Scope) -> None:
            chosen = None
            for is_there, write in alternatives:
                if is_there(scope):
                    if chosen:
                        raise FormatInvalid(_too_many(plan, scope))
                    chosen = write
            if chosen:
                chosen(scope)
            elif plan.required:
                told = _("One of these is mandatory, but none has data: %(names)s.")
                raise FormatInvalid(told % {"names": _names(plan.parts)})

        return choice

    def _leaf(self, plan: PlanElement, *, may_lack: bool = False) -> Write:
        """An element with nothing but text, the most common one. If it ``may_lack``, there is none without text."""
        value: Any = plan.text
        name, text_of = plan.name, _text(value, plan.path)
        element, write = self._xml.element, self._xml.write

        def leaf(scope: Scope) -> None:
            if text := text_of(scope):
                with element(name):
                    write(text)
            elif not may_lack:
                with element(name, _empty(plan, value)):
                    pass

        return leaf

    def _element(self, plan: PlanElement, *, nsmap: dict[str, str] | None = None) -> Write:
        name, value, attributes_of = plan.name, plan.text, self._attributes(plan)
        text_of = _text(value, plan.path) if value else None
        write_parts = _in_turn([self._part(part) for part in plan.parts])
        element, write = self._xml.element, self._xml.write

        def whole(scope: Scope) -> None:
            attributes, text = attributes_of(scope), ""
            if value and text_of:
                text = text_of(scope)
                attributes |= {} if text else _empty(plan, value)
            with element(name, attributes, nsmap=nsmap):
                if text:
                    write(text)
                write_parts(scope)

        return whole

    def _attributes(self, plan: PlanElement) -> Callable[[Scope], dict[str, str]]:
        parts = [(each, _text(each.value, f"{plan.path}/@{each.name}")) for each in plan.attributes]
        constant = {XSI_TYPE: qualified(plan.xsi_type, self._plan.prefixes)} if plan.xsi_type else {}

        def attributes(scope: Scope) -> dict[str, str]:
            found = {}
            for attribute, text_of in parts:
                if text := text_of(scope):
                    found[attribute.name] = text
                elif attribute.required:
                    if not attribute.value.may_be_empty:
                        raise FormatInvalid(_must_not_be_empty(f"{plan.path}/@{attribute.name}"))
                    found[attribute.name] = ""
            return found | constant

        return attributes if parts else lambda _scope: constant.copy()


def _text(value: Value, path: str) -> Callable[[Scope], str]:
    """Reads the text or what stands for it. In what people wrote there may be characters that raise TextNotWritable."""
    read, fallback = value.read, value.fallback
    if not value.is_free_text:
        return (lambda scope: read(scope) or fallback) if fallback else read

    def checked(scope: Scope) -> str:
        text = read(scope)
        if unwritable(text):
            writable(text, record=_record(scope), field=readable(path))
        return text or fallback

    return checked


def _if(is_present: Callable[[Scope], object], write: Write) -> Write:
    def perhaps(scope: Scope) -> None:
        if is_present(scope):
            write(scope)

    return perhaps


def _in_turn(writes: list[Write]) -> Write:
    if len(writes) == 1:
        return writes[0]

    def in_turn(scope: Scope) -> None:
        for write in writes:
            write(scope)

    return in_turn


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


def _too_many(plan: PlanGroup, scope: Scope) -> str:
    present = (part for part in plan.parts if (presence(part) or _always)(scope))
    return _("Only one of these can be written: %(names)s. Set conditions.") % {"names": _names(present)}


def _names(parts: Iterable[PlanElement | PlanGroup]) -> str:
    return " / ".join(readable(part.path) for part in parts)


def _always(_scope: Scope) -> bool:
    return True


def _must_not_be_empty(path: str) -> str:
    return _("“%(path)s” must not be empty.") % {"path": readable(path)}
