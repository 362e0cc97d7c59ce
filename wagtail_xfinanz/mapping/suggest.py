"""Suggestions by name and type. A suggestion is never used before somebody has accepted it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from ..schemas.names import local
from ..schemas.paths import is_within
from ..schemas.simple import SimpleType
from ..schemas.tree import Branch, Node
from .model import Entry, Mapping, Repeat, Source, SourceKind
from .reading import Level, Reader
from .ready import head_entries, is_head
from .sources import BATCH_FIELDS, POSTING_FIELDS, Field, ValueType, posting_field

_COUNTS = ("anzahl", "anzahlpositionen", "anzahlbuchungen", "anzahlsaetze", "count")
_SUMS = ("summe", "gesamtbetrag", "gesamtsumme", "total", "sum")
_ENDS_OF_SUMS = ("summe", "betrag", "total", "sum", "amount")
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
_TOO_COMMON = ("name", "number", "order", "part", "entry")
"""Keys and hints of ours that are part of other names in nearly every schema."""
MAX_NODES = 3_000


def suggest(root: Node, mapping: Mapping) -> dict[str, Entry]:
    """Entries by path for places nobody has mapped, in mandatory parts and below what is mapped."""
    return _Suggester(mapping).of(root)


class _Suggester:
    def __init__(self, mapping: Mapping) -> None:
        self._entries = {entry.path: entry for entry in mapping.entries}
        self._found: dict[str, Entry] = {}
        self._left = MAX_NODES

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
            self._content(node.content, level, around)

    def _content(self, branch: Branch, level: Level, around: tuple[str, ...]) -> None:
        parts = [part for part in branch.parts if isinstance(part, Node | Branch)]
        if branch.kind == "choice":
            self._choice(parts, level, around)
        else:
            for part in parts:
                self._part(part, level, around)

    def _choice(self, parts: list[Node | Branch], level: Level, around: tuple[str, ...]) -> None:
        """What people have begun goes on. Else what takes from the posting and is always written rules out the rest.

        Where several alternatives could be it, as debit and credit, people choose.
        """
        begun = [part for part in parts if any(map(self._is_mapped, _nodes(part)))]
        for part in begun:
            self._part(part, level, around)
        if any(map(self._is_always_written, begun)):
            return
        unsure: list[dict[str, Entry]] = []
        by_posting: list[dict[str, Entry]] = []
        for part in parts:
            if part in begun:
                continue
            before = dict(self._found)
            self._part(part, level, around)
            offered = {path: entry for path, entry in self._found.items() if path not in before}
            if not self._is_always_written(part):
                unsure.append(offered)
            elif any(map(_is_of_posting, offered.values())):
                by_posting.append(offered)
            self._found = before
        for offered in by_posting if len(by_posting) == 1 and not begun else unsure:
            self._found |= offered

    def _part(self, part: Node | Branch, level: Level, around: tuple[str, ...]) -> None:
        if isinstance(part, Branch):
            self._content(part, level, around)
        elif self._is_worth_looking(part, around):
            self._node(part, level, (*around, part.type.name))

    def _is_worth_looking(self, node: Node, around: tuple[str, ...]) -> bool:
        """Mandatory elements, those that carry what we have, and what is mapped already."""
        if node.type.name and node.type.name in around:
            return False
        known = node.minimum or node.text or self._is_mapped(node) or is_head(node)
        return bool(known) or _name(node) in _RECORDS + _ITEMS

    def _is_always_written(self, alternative: Node | Branch) -> bool:
        """Whether what is said or suggested inside it leaves nothing to the data."""
        nodes = _nodes(alternative)
        said = [
            entry
            for path, entry in {**self._found, **self._entries}.items()
            if any(is_within(path, node.path) for node in nodes)
        ]
        return any(map(_has_always_a_value, said)) and not any(entry.condition for entry in said)

    def _is_mapped(self, node: Node) -> bool:
        return any(path == node.path or path.startswith(f"{node.path}/") for path in self._entries)

    def _repeat(self, node: Node, level: Level) -> Level:
        known = self._entries.get(node.path) or self._found.get(node.path)
        if known and known.repeat:
            return Repeat.POSTINGS if known.repeat is Repeat.ITEMS else known.repeat
        if not node.is_repeatable or node.text:
            return level
        name = _name(node)
        if level is None and name in _RECORDS and not self._has_stream():
            inner = any(_name(child) in _ITEMS and child.is_repeatable for child in node.content.nodes())
            repeat = Repeat.PAYMENTS if inner else Repeat.POSTINGS
            self._offer(Entry(node.path, repeat=repeat))
            return repeat
        if level is Repeat.PAYMENTS and name in _ITEMS:
            self._offer(Entry(node.path, repeat=Repeat.ITEMS))
            return Repeat.POSTINGS
        return level

    def _has_stream(self) -> bool:
        repeats = (entry.repeat for entry in (*self._entries.values(), *self._found.values()))
        return any(repeat in (Repeat.POSTINGS, Repeat.PAYMENTS) for repeat in repeats)

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
        for source, field in _candidates(name, level, required=required):
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


def _nodes(part: Node | Branch) -> list[Node]:
    """The elements with which a part of a content model begins."""
    return [part] if isinstance(part, Node) else list(part.nodes())


def _has_always_a_value(entry: Entry) -> bool:
    if entry.source is None or entry.source.kind is SourceKind.POSTING:
        field = posting_field(entry.source.value) if entry.source else None
        return field is not None and not field.may_be_empty
    return True


def _is_of_posting(entry: Entry) -> bool:
    return entry.repeat is not None or (entry.source is not None and entry.source.kind is SourceKind.POSTING)


def _candidates(name: str, level: Level, *, required: bool) -> Iterator[tuple[Source, Field]]:
    """Sources whose name or hints say the same, the exact ones first.

    A name that only contains a hint may well mean another amount (discount, tax), so no optional place gets one for it.
    """
    number = Field("", ValueType.NUMBER, str, (1,))
    if name in _COUNTS and level is not Repeat.POSTINGS:
        yield Source(SourceKind.COUNT), number
    if level is not Repeat.POSTINGS and (name in _SUMS or (required and name.endswith(_ENDS_OF_SUMS))):
        yield Source(SourceKind.SUM), number
    groups = [(SourceKind.BATCH, BATCH_FIELDS)]
    if level is not None:
        groups.insert(0, (SourceKind.POSTING, POSTING_FIELDS))
    for kind, fields in groups:
        for key, field in fields.items():
            if name in field.hints or (name == key.replace("_", "") and key not in _TOO_COMMON):
                yield Source(kind, key), field
    for kind, fields in groups:
        for key, field in fields.items():
            is_told = required or field.type is not ValueType.CENTS
            if is_told and any(_is_telling(hint) and hint in name for hint in field.hints):
                yield Source(kind, key), field


def _is_telling(hint: str) -> bool:
    """Whether a longer name that contains the hint means the same."""
    return len(hint) > 5 and hint not in _TOO_COMMON


def _name(node: Node) -> str:
    return _plain(node.label)


def _plain(label: str) -> str:
    """``Fälligkeits_Datum`` → ``faelligkeitsdatum``."""
    text = label.casefold().translate(_UMLAUTS)
    text = unicodedata.normalize("NFKD", text)
    return "".join(character for character in text if character.isalnum())
