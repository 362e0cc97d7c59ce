"""What a mapping says about places of a message, and what is found out about it while it is laid over the tree."""

from __future__ import annotations

from ..schemas.paths import above
from ..schemas.tree import Branch, Node
from .model import Entry, Mapping
from .plan import Finding
from .whole import Whole


class Said:
    """The entries by their paths. Whoever asks for one has found its place, so what is never asked for has none."""

    def __init__(self, mapping: Mapping) -> None:
        self.findings: list[Finding] = []
        self.whole = Whole()
        self._entries = {entry.path: entry for entry in mapping.entries}
        self._mapped = {path for entry in mapping.entries for path in above(entry.path)}
        self._asked: set[str] = set()

    def entry(self, path: str) -> Entry:
        """What is said about the place; an entry that says nothing if nothing is."""
        self._asked.add(path)
        return self._entries.get(path) or Entry(path)

    def is_mapped(self, path: str) -> bool:
        """Whether something is said about the place or about one below it."""
        return path in self._mapped

    def is_part_mapped(self, part: object) -> bool:
        """The same for a part of a content model. A group without a place of its own is mapped if a part of it is."""
        if isinstance(part, Branch) and part.maximum == 1:
            return any(self.is_part_mapped(inner) for inner in part.parts)
        return isinstance(part, Node | Branch) and self.is_mapped(part.path)

    def problem(self, path: str, message: str) -> None:
        self.findings.append(Finding(path, message))

    def note(self, path: str, message: str) -> None:
        self.findings.append(Finding(path, message, is_problem=False))

    @property
    def unasked(self) -> list[str]:
        """Paths the schema does not have."""
        return sorted(set(self._entries) - self._asked)

    @property
    def entries(self) -> list[Entry]:
        return list(self._entries.values())
