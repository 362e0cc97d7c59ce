"""The editor's rows: the tree of a message in reading order, beside each place what is mapped, suggested and wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from ..mapping import Entry, Mapping, Repeat
from ..mapping.plan import Finding, Plan
from ..mapping.reading import Level
from ..schemas.complex import Attribute
from ..schemas.describe import cardinality, simple_in_words, type_in_words
from ..schemas.names import local
from ..schemas.paths import above, parent
from ..schemas.simple import SimpleType
from ..schemas.tree import Branch, Node
from .mapping_choices import choice_of, extras_of, label_of, options, text_of

MAX_ROWS = 220
"""So many rows have fields: four each stay below Django's limit of 1,000 in a form. The rest have their own pages."""
MAX_VALUES = 40
FEW_ATTRIBUTES = 3


@dataclass(slots=True)
class Row:
    """A place of the message."""

    path: str
    label: str
    kind: str
    depth: int
    cardinality: str
    type: str = ""
    documentation: str = ""
    fixed: str | None = None
    is_mandatory: bool = False
    is_leaf: bool = False
    is_closed: bool = False
    is_place: bool = True
    """False for a group that comes once at most: it stands between places and has no path of its own."""
    has_fields: bool = True
    repeats: list[Repeat] = field(default_factory=list)
    entry: Entry | None = None
    suggestion: Entry | None = None
    findings: list[Finding] = field(default_factory=list)
    level: Level = None
    values: tuple[str, ...] = ()

    @property
    def choice(self) -> str:
        return choice_of(self.entry.source) if self.entry else ""

    @property
    def text(self) -> str:
        return text_of(self.entry.source) if self.entry else ""

    @property
    def repeat(self) -> str:
        return (self.entry.repeat or "") if self.entry else ""

    @property
    def mapped(self) -> str:
        return label_of(self.entry)

    @property
    def extras(self) -> str:
        return extras_of(self.entry)

    @property
    def options(self) -> SafeString:
        return options(self.level)

    @property
    def suggested(self) -> str:
        if self.suggestion is None:
            return ""
        return str(self.suggestion.repeat.label) if self.suggestion.repeat else label_of(self.suggestion)


@dataclass(slots=True)
class Table:
    """Rows of one page; ``places`` has, by the path of a finding, the row it is told at, if the page shows one."""

    rows: list[Row]
    places: dict[str, str]


def make_table(root: Node, mapping: Mapping, plan: Plan, suggestions: dict[str, Entry], *, level: Level) -> Table:
    """Rows from ``root`` on: everything mandatory, mapped or suggested; the rest closed, behind links."""
    builder = _Builder(mapping, plan, suggestions)
    rows = list(builder.rows_of(root, 0, level, ()))
    by_path = {row.path: row for row in rows if row.is_place}
    places = {path: place for path in builder.findings if (place := builder.shown_at(path, by_path))}
    for path, place in places.items():
        by_path[place].findings += builder.findings[path]
    return Table(rows, places)


def level_at(mapping: Mapping, path: str) -> Level:
    """The repetition around a place."""
    level: Level = None
    for outer in above(path)[:-1] if path else []:
        entry = mapping.at(outer)
        if entry and entry.repeat:
            level = Repeat.POSTINGS if entry.repeat is Repeat.ITEMS else entry.repeat
    return level


class _Builder:
    def __init__(self, mapping: Mapping, plan: Plan, suggestions: dict[str, Entry]) -> None:
        self._entries = {entry.path: entry for entry in mapping.entries}
        self._suggestions = suggestions
        said = [*self._entries, *suggestions]
        self._open = {path for entry in said for path in above(entry)}
        self._left = MAX_ROWS
        self.findings: dict[str, list[Finding]] = defaultdict(list)
        for finding in plan.findings:
            self.findings[finding.path].append(finding)

    def shown_at(self, path: str, shown: Container[str]) -> str | None:
        """The row a finding is told at: its own, or that of the code type whose child it is about."""
        if path in shown:
            return path
        outer = parent(path) if path else ""
        return outer if outer in shown and path.endswith("/code") else None

    def rows_of(self, node: Node, depth: int, level: Level, around: tuple[str, ...]) -> Iterator[Row]:
        entry = self._entries.get(node.path)
        is_leaf = node.text is not None or node.code is not None or not (node.content.parts or node.attributes)
        is_open = self._is_open(node, around)
        attributes = self._attributes_of(node, around) if is_open or is_leaf else ()
        self._left -= 1 + len(attributes)
        yield Row(
            path=node.path,
            label=node.label + (f" ({local(node.xsi_type)})" if node.xsi_type else ""),
            kind="element",
            depth=depth,
            cardinality=cardinality(node.minimum, node.maximum),
            type=type_in_words(node.code or node) if is_leaf else type_in_words(node),
            documentation=node.documentation,
            fixed=node.code.fixed if node.code else node.fixed,
            is_mandatory=node.minimum > 0,
            is_leaf=is_leaf,
            is_closed=len(attributes) < len(node.attributes) if is_leaf else not is_open,
            has_fields=self._left >= 0,
            repeats=repeats_for(node, level),
            entry=entry,
            suggestion=self._suggestions.get(node.path),
            level=level,
            values=_values((node.code or node).text) if is_leaf else (),
        )
        inner = _inside(entry or self._suggestions.get(node.path), level)
        yield from (self._attribute(node, attribute, depth + 1, inner) for attribute in attributes)
        if is_open and not is_leaf:
            yield from self._branch(node.content, depth + 1, inner, (*around, node.type.name))

    def _attributes_of(self, node: Node, around: tuple[str, ...]) -> tuple[Attribute, ...]:
        """All of what somebody looks at or maps, else the mandatory ones: some schemas have dozens everywhere."""
        if not around or node.path in self._open or len(node.attributes) <= FEW_ATTRIBUTES:
            return node.attributes
        return tuple(attribute for attribute in node.attributes if attribute.required)

    def _is_open(self, node: Node, around: tuple[str, ...]) -> bool:
        if not around or node.path in self._open:
            return True
        if node.minimum == 0 or self._left < 0:
            return False
        return not (node.type.name and node.type.name in around)

    def _branch(self, branch: Branch, depth: int, level: Level, around: tuple[str, ...]) -> Iterator[Row]:
        if branch.kind == "choice" or (branch.minimum, branch.maximum) != (1, 1):
            entry = self._entries.get(branch.path) if branch.maximum != 1 else None
            self._left -= 1
            yield Row(
                path=branch.path if branch.maximum != 1 else "",
                is_place=branch.maximum != 1,
                label="",
                kind=branch.kind,
                has_fields=self._left >= 0,
                depth=depth,
                cardinality=cardinality(branch.minimum, branch.maximum),
                repeats=repeats_for(branch, level),
                entry=entry,
                level=level,
            )
            level, depth = _inside(entry, level), depth + 1
        for part in branch.parts:
            if isinstance(part, Node):
                yield from self.rows_of(part, depth, level, around)
            elif isinstance(part, Branch):
                yield from self._branch(part, depth, level, around)

    def _attribute(self, node: Node, attribute: Attribute, depth: int, level: Level) -> Row:
        path = f"{node.path}/@{attribute.name}"
        return Row(
            path=path,
            label=f"@{local(attribute.name)}",
            kind="attribute",
            depth=depth,
            cardinality="1" if attribute.required else "0..1",
            type=simple_in_words(attribute.type),
            documentation=attribute.documentation,
            fixed=attribute.fixed,
            is_mandatory=attribute.required,
            is_leaf=True,
            has_fields=self._left >= 0,
            entry=self._entries.get(path),
            suggestion=self._suggestions.get(path),
            level=level,
            values=_values(attribute.type),
        )


def repeats_for(part: Node | Branch, level: Level) -> list[Repeat]:
    """How often an element may be repeated here."""
    if not part.is_repeatable or level is Repeat.POSTINGS:
        return []
    return [Repeat.ITEMS] if level is Repeat.PAYMENTS else [Repeat.PAYMENTS, Repeat.POSTINGS]


def _values(kind: SimpleType | None) -> tuple[str, ...]:
    """What may be chosen instead of typed, if it is not too much for a page with many such places."""
    if kind and kind.builtin == "boolean":
        return ("true", "false")
    return kind.values if kind and len(kind.values) <= MAX_VALUES else ()


def _inside(entry: Entry | None, level: Level) -> Level:
    if entry is None or entry.repeat is None:
        return level
    return Repeat.POSTINGS if entry.repeat is Repeat.ITEMS else entry.repeat
