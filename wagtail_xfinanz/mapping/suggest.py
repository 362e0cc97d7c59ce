"""Suggestions by name and type. A suggestion is never used before somebody has accepted it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from ..schemas.names import local
from ..schemas.simple import SimpleType
from ..schemas.tree import Branch, Node
from .model import Entry, Mapping, Repeat, Source, SourceKind
from .reading import Level, Reader
from .ready import head_entries, is_head
from .sources import BATCH_FIELDS, POSTING_FIELDS, Field, ValueType

_COUNTS = ("anzahl", "anzahlpositionen", "anzahlbuchungen", "anzahlsaetze", "count")
_SUMS = ("summe", "gesamtbetrag", "gesamtsumme", "total", "sum")
_RECORDS = (
    "anordnung",
    "buchung",
    "buchungen",
    "buchungssatz",
    "zahlung",
    "beleg",
    "booking",
    "posting",
    "sollstellung",
)
_ITEMS = ("position", "positionen", "teilbetrag", "item", "kontierung")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
MAX_NODES = 3_000


def suggest(root: Node, mapping: Mapping) -> dict[str, Entry]:
    """Entries by path for places nobody has mapped, in mandatory parts and below what is mapped."""
    return _Suggester(mapping).of(root)


class _Suggester:
    def __init__(self, mapping: Mapping) -> None:
        self._entries = {entry.path: entry for entry in mapping.entries}
        self._found: dict[str, Entry] = {}
        self._left = MAX_NODES
        self._has_stream = any(entry.repeat in (Repeat.POSTINGS, Repeat.PAYMENTS) for entry in mapping.entries)

    def of(self, root: Node) -> dict[str, Entry]:
        self._node(root, None, (root.type.name,))
        return self._found

    def _node(self, node: Node, level: Level, around: tuple[str, ...]) -> None:
        self._left -= 1
        if self._left < 0:
            return
        if is_head(node):
            for entry in head_entries(node):
                self._offer(entry)
        level = self._repeat(node, level)
        self._attributes(node, level)
        if node.code:
            self._leaf(node, node.code.text, level)
        elif node.text:
            self._leaf(node, node.text, level)
        else:
            for child in self._worth_looking(node.content):
                if child.type.name == "" or child.type.name not in around:
                    self._node(child, level, (*around, child.type.name))

    def _worth_looking(self, branch: Branch) -> Iterator[Node]:
        """Mandatory elements, those that carry what we have, and what is mapped already."""
        for node in branch.nodes():
            if node.minimum or node.text or self._is_mapped(node) or is_head(node) or _name(node) in _RECORDS + _ITEMS:
                yield node

    def _is_mapped(self, node: Node) -> bool:
        return any(path == node.path or path.startswith(f"{node.path}/") for path in self._entries)

    def _repeat(self, node: Node, level: Level) -> Level:
        known = self._entries.get(node.path) or self._found.get(node.path)
        if known and known.repeat:
            return Repeat.POSTINGS if known.repeat is Repeat.ITEMS else known.repeat
        if not node.is_repeatable or node.text:
            return level
        name = _name(node)
        if level is None and not self._has_stream and name in _RECORDS:
            inner = any(_name(child) in _ITEMS and child.is_repeatable for child in node.content.nodes())
            self._has_stream = True
            repeat = Repeat.PAYMENTS if inner else Repeat.POSTINGS
            self._offer(Entry(node.path, repeat=repeat))
            return repeat
        if level is Repeat.PAYMENTS and name in _ITEMS:
            self._offer(Entry(node.path, repeat=Repeat.ITEMS))
            return Repeat.POSTINGS
        return level

    def _attributes(self, node: Node, level: Level) -> None:
        for attribute in node.attributes:
            is_list = node.code is not None and local(attribute.name) in ("listURI", "listVersionID")
            if attribute.fixed is None and not is_list:
                path = f"{node.path}/@{attribute.name}"
                self._match(path, local(attribute.name), attribute.type, level, required=attribute.required)

    def _leaf(self, node: Node, kind: SimpleType | None, level: Level) -> None:
        if node.fixed is None and kind is not None:
            self._match(node.path, node.label, kind, level, required=node.minimum > 0)

    def _match(self, path: str, label: str, kind: SimpleType, level: Level, *, required: bool) -> None:
        name = _plain(label)
        for source, field in _candidates(name, level):
            longest = kind.facet("maxLength")
            cut = int(longest) if longest and field.type is ValueType.TEXT and not field.values else 0
            entry = Entry(path, source, cut=cut)
            if self._fits(entry, kind, level, required=required):
                self._offer(entry)
                return

    def _fits(self, entry: Entry, kind: SimpleType, level: Level, *, required: bool) -> bool:
        reader = Reader(entry.path, kind, level)
        return reader.value(entry, required=required) is not None and not any(
            finding.is_problem for finding in reader.findings
        )

    def _offer(self, entry: Entry) -> None:
        if entry.path not in self._entries:
            self._found.setdefault(entry.path, entry)


def _candidates(name: str, level: Level) -> Iterator[tuple[Source, Field]]:
    """Sources whose name or hints say the same, the exact ones first."""
    number = Field("", ValueType.NUMBER, str, (1,))
    if name in _COUNTS and level is not Repeat.POSTINGS:
        yield Source(SourceKind.COUNT), number
    if name in _SUMS and level is not Repeat.POSTINGS:
        yield Source(SourceKind.SUM), number
    groups = [(SourceKind.BATCH, BATCH_FIELDS)]
    if level is not None:
        groups.insert(0, (SourceKind.POSTING, POSTING_FIELDS))
    for kind, fields in groups:
        for key, field in fields.items():
            if name in field.hints or name == key.replace("_", ""):
                yield Source(kind, key), field
    for kind, fields in groups:
        for key, field in fields.items():
            if any(len(hint) > 5 and hint in name for hint in field.hints):
                yield Source(kind, key), field


def _name(node: Node) -> str:
    return _plain(node.label)


def _plain(label: str) -> str:
    """``Fälligkeits_Datum`` → ``faelligkeitsdatum``."""
    text = label.casefold().translate(_UMLAUTS)
    text = unicodedata.normalize("NFKD", text)
    return "".join(character for character in text if character.isalnum())
