"""What is written into an element: its text or code, and its attributes."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ..schemas.complex import Attribute
from ..schemas.names import local
from ..schemas.tree import Node
from .model import Entry, Repeat, Source, SourceKind
from .plan import PlanAttribute, PlanElement, Value
from .reading import Level, Reader
from .said import Said

LIST_ATTRIBUTES = ("listURI", "listVersionID")


class Filling:
    """Values for one element at a time. What does not fit becomes a finding."""

    def __init__(self, said: Said) -> None:
        self._said = said

    def fill(self, plan: PlanElement, node: Node, entry: Entry, level: Level) -> None:
        """Give the element its attributes, and its text or code."""
        plan.attributes = list(self._attributes(node, entry, level))
        if node.code and entry.source:
            plan.parts = [self._code(node.code, entry, level)]
        else:
            plan.text = self._text(node, entry, level, required=plan.required)

    def _attributes(self, node: Node, entry: Entry, level: Level) -> Iterator[PlanAttribute]:
        for attribute in node.attributes:
            path = f"{node.path}/@{attribute.name}"
            own = self._said.entry(path)
            if own.repeat or own.condition:
                self._said.problem(path, _("An attribute can neither be repeated nor depend on a condition."))
            if value := self._attribute_value(node, attribute, entry, own, level):
                yield PlanAttribute(attribute.name, value, attribute.required)
            elif attribute.required:
                told = _("The attribute “%(name)s” is mandatory and not mapped.")
                self._said.problem(path, told % {"name": local(attribute.name)})

    def _attribute_value(
        self, node: Node, attribute: Attribute, element: Entry, own: Entry, level: Level
    ) -> Value | None:
        reader = Reader(own.path, attribute.type, level)
        name = local(attribute.name)
        listed = _list_value(element, name) if node.code else ""
        value = None
        if attribute.fixed is not None:
            _must_be(attribute.fixed, own.source, reader)
            if listed and listed != attribute.fixed:
                reader.problem(_("The schema names another code list: “%(value)s”.") % {"value": attribute.fixed})
            if attribute.required or own.source or (node.code and name in LIST_ATTRIBUTES):
                value = reader.constant(attribute.fixed)
        elif own.source:
            value = reader.value(own, required=attribute.required)
            self._note_amount(own, level)
        elif listed:
            value = reader.constant(listed)
        self._said.findings += reader.findings
        return value

    def _code(self, node: Node, entry: Entry, level: Level) -> PlanElement:
        """The child of a code type, with the value said at the element itself."""
        plan = PlanElement(node.name, node.path, required=True)
        if self._said.is_mapped(node.path):
            self._said.problem(node.path, _("The code is already said one level above."))
            self._said.entry(node.path)
        plan.text = self._text(node, entry, level, required=True)
        plan.settle()
        return plan

    def _text(self, node: Node, entry: Entry, level: Level, *, required: bool) -> Value | None:
        source = entry.source
        if node.text is None:
            if source and source.kind is not SourceKind.PRESENT:
                self._said.problem(node.path, _("This element has parts and takes no text of its own."))
            return None
        reader = Reader(entry.path, node.text, level)
        given = node.fixed if node.fixed is not None else node.default
        if node.fixed is not None:
            _must_be(node.fixed, source, reader)
        if source and source.kind is SourceKind.PRESENT:
            reader.problem(_("This element needs a text."))
        value = reader.value(entry, required=required)
        if value is None and given is not None:
            value = reader.constant(given)
        if value is None and not reader.findings:
            reader.problem(_("“%(name)s” is mandatory and not mapped.") % {"name": node.label})
        self._note_amount(entry, level)
        self._said.findings += reader.findings
        return value

    def _note_amount(self, entry: Entry, level: Level) -> None:
        """Remember where all that was paid stands in the file."""
        if entry.source and level is not None:
            whole = (SourceKind.SUM, "") if level is Repeat.PAYMENTS else (SourceKind.POSTING, "amount")
            if (entry.source.kind, entry.source.value) == whole:
                self._said.whole.amounts.append(entry)


def _must_be(fixed: str, source: Source | None, reader: Reader) -> None:
    """What the schema has fixed may be said again, but not differently."""
    if source and (source.kind, source.value) != (SourceKind.CONSTANT, fixed):
        reader.problem(_("This is always “%(value)s”.") % {"value": fixed})


def _list_value(entry: Entry, attribute: str) -> str:
    """What the entry says of the code list in this attribute, empty if nothing."""
    if entry.code_list is None or attribute not in LIST_ATTRIBUTES:
        return ""
    return entry.code_list.uri if attribute == "listURI" else entry.code_list.version
