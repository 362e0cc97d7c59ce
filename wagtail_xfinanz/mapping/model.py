from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SourceKind(TextChoices):
    POSTING = "posting", _("from the posting")
    BATCH = "batch", _("from the batch")
    CONSTANT = "constant", _("fixed text")
    SUM = "sum", _("sum of the amounts")
    COUNT = "count", _("number of …")
    PRESENT = "present", _("the element alone")


class Repeat(TextChoices):
    """What an element is repeated over. A payment is what one ledger entry booked: one or more postings."""

    POSTINGS = "postings", _("once for each posting")
    PAYMENTS = "payments", _("once for each payment")
    ITEMS = "items", _("once for each posting of the payment")


class Test(TextChoices):
    """How a condition compares a field of the posting."""

    IS = "is", _("is")
    IS_NOT = "is_not", _("is not")
    FILLED = "filled", _("is filled in")
    EMPTY = "empty", _("is empty")
    POSITIVE = "positive", _("is above zero")
    NEGATIVE = "negative", _("is below zero")


Test.__test__ = False  # type: ignore[attr-defined]  # pytest is not meant


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from. ``value`` is a field's name, the text, a posting kind (sum) or what is counted."""

    kind: SourceKind
    value: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """The element is written only if this holds for the posting."""

    field: str
    test: Test
    value: str = ""


@dataclass(frozen=True, slots=True)
class CodeList:
    """Which code list a code is from. Left empty where the schema has fixed it."""

    uri: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said about one place of the message; an attribute's path ends in ``/@name``.

    A value is looked up in ``table`` (if there is one), gets ``prefix`` in front, is cut after ``cut`` characters (0:
    never) and replaced by ``fallback`` if it is empty.
    """

    path: str
    source: Source | None = None
    repeat: Repeat | None = None
    condition: Condition | None = None
    code_list: CodeList | None = None
    format: str = ""
    table: tuple[tuple[str, str], ...] = ()
    prefix: str = ""
    cut: int = 0
    fallback: str = ""

    @property
    def says_nothing(self) -> bool:
        return not (self.source or self.repeat or self.condition)


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a batch becomes a message with this root element (Clark name)."""

    message: str
    entries: tuple[Entry, ...] = ()
    note: str = ""

    def at(self, path: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.path == path), None)

    def having(self, entries: Iterable[Entry]) -> Mapping:
        """With these entries in place of those at the same paths; entries that say nothing disappear."""
        merged = {entry.path: entry for entry in (*self.entries, *entries)}
        kept = (entry for entry in merged.values() if not entry.says_nothing)
        return replace(self, entries=tuple(sorted(kept, key=lambda entry: entry.path)))
