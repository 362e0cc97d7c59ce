"""From an entry to the function that reads its value, with everything that does not fit said in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from ..errors import FormatInvalid
from ..formats.base import Header, Line
from ..posting import PostingKind
from ..schemas.describe import simple_in_words
from ..schemas.facets import fits
from ..schemas.simple import SimpleType
from ..text import plain
from .model import Condition, Entry, Repeat, Source, SourceKind, Test
from .plan import Finding, Scope, Value
from .sources import AMOUNT_EXAMPLES, COUNT_EXAMPLES, Field, ValueType, batch_field, posting_field
from .values import formatter

COUNTED = ("postings", "payments")
Level = Repeat | None
"""The repetition a place is in: none (the batch), PAYMENTS, or POSTINGS (a single posting)."""
_Tell = Callable[[str], None]


class Reader:
    """Builds the value of one place and collects what has to be said about it."""

    def __init__(self, path: str, kind: SimpleType, level: Level) -> None:
        self.path, self.kind, self.level = path, kind, level
        self.findings: list[Finding] = []

    def problem(self, message: str) -> None:
        self.findings.append(Finding(self.path, message))

    def note(self, message: str) -> None:
        self.findings.append(Finding(self.path, message, is_problem=False))

    def constant(self, text: str) -> Value:
        """A value that is the same in every file."""
        if not self._fits(text):
            self.problem(_misfit(text, self.kind))
        return Value(lambda _scope: text, is_dynamic=False, may_be_empty=self._fits(""))

    def value(self, entry: Entry, *, required: bool) -> Value | None:
        """What the entry says, None if it cannot be read."""
        source = entry.source
        if source is None or source.kind is SourceKind.PRESENT:
            return None
        if source.kind is SourceKind.CONSTANT:
            return self.constant(source.value)
        found = self._field(source)
        if found is None:
            return None
        field, read = found
        write = formatter(field.type, entry.format, builtin=self.kind.builtin)
        if write is None:
            self.problem(_("This format does not exist for “%(field)s”.") % {"field": field.label})
            return None
        finish = _finisher(entry) if entry.table or entry.prefix or entry.cut else None
        is_text = field.type is ValueType.TEXT
        show = _shown(write, finish, is_text=is_text)
        self._check(entry, field, write, show, required=required)
        return Value(
            _text_of(source.kind, field, read, show),
            is_dynamic=True,
            is_sure=not field.may_be_empty,
            fallback=entry.fallback,
            may_be_empty=self._fits(""),
            is_free_text=is_text and not field.is_exact,
        )

    def _field(self, source: Source) -> tuple[Field, Callable[[Scope], Any]] | None:
        match source.kind:
            case SourceKind.POSTING:
                return self._of_posting(source.value)
            case SourceKind.BATCH:
                field = batch_field(source.value)
                if field is None:
                    self.problem(_("There is no field “%(name)s” of the batch.") % {"name": source.value})
                    return None
                return field, lambda scope: field.get(scope.header)
            case SourceKind.SUM:
                return self._sum(source.value)
        return self._count(source.value)

    def _of_posting(self, name: str) -> tuple[Field, Callable[[Scope], Any]] | None:
        field = posting_field(name)
        if field is None:
            self.problem(_("There is no field “%(name)s” of the posting.") % {"name": name})
            return None
        if self.level is None:
            self.problem(_("This belongs to a posting: let an element above be repeated for each posting or payment."))
        elif self.level is Repeat.PAYMENTS and name in ("amount", "tax", "part"):
            self.problem(_("A payment has several postings. Choose the sum of the amounts here."))
        get = field.get
        return field, lambda scope: get(scope.lines[0])

    def _sum(self, kind: str) -> tuple[Field, Callable[[Scope], Any]] | None:
        if kind and kind not in PostingKind.values:
            self.problem(_("There is no kind of posting “%(kind)s”.") % {"kind": kind})
            return None
        field = Field(_("sum of the amounts"), ValueType.CENTS, str, (*AMOUNT_EXAMPLES, 0))
        if self.level is None:
            return field, lambda scope: _batch_sum(scope, kind)
        return field, lambda scope: sum(_cents(scope.lines, kind))

    def _count(self, what: str) -> tuple[Field, Callable[[Scope], Any]] | None:
        if (what or COUNTED[0]) not in COUNTED:
            self.problem(_("Only postings and payments can be counted."))
            return None
        field = Field(_("number"), ValueType.NUMBER, str, COUNT_EXAMPLES)
        if self.level is None:
            return field, lambda scope: scope.header.payments if what == "payments" else scope.header.count
        return field, lambda scope: 1 if what == "payments" else len(scope.lines)

    def _check(
        self,
        entry: Entry,
        field: Field,
        write: Callable[[Any], str],
        show: Callable[[Any], str],
        *,
        required: bool,
    ) -> None:
        known = dict(entry.table)
        for example in field.examples:
            if known and write(example) not in known:
                if field.values:
                    self.note(_("The table has no line for “%(value)s”.") % {"value": write(example)})
                continue
            text = show(example)
            if not self._fits(text):
                self._tell_misfit(field, text)
                break
        for text in known.values():
            if not self._fits(entry.prefix + text):
                self.problem(_misfit(text, self.kind))
        if entry.fallback and not self._fits(entry.fallback):
            self.problem(_misfit(entry.fallback, self.kind))
        self._check_length(entry, field)
        if self.kind.builtin == "ID" and not self._is_unique(entry.source):
            self.note(_("This has to be another text each time. Choose the number in the batch or the UUID."))
        if required and field.may_be_empty and not entry.fallback and not self._fits(""):
            told = _("“%(field)s” can be empty; then no file can be made. Say what is written instead.")
            self.note(told % {"field": field.label})

    def _tell_misfit(self, field: Field, text: str) -> None:
        open_text = field.type is ValueType.TEXT and not field.is_exact
        if field.type is ValueType.CENTS and self._fits(text.removeprefix("-")):
            self.problem(_("Amounts can be negative. Choose a format without sign under “More”."))
        elif field.values:
            told = _("“%(text)s” does not fit: %(type)s. Say in a table under “More” what is written instead.")
            self.problem(told % {"text": text, "type": simple_in_words(self.kind)})
        else:
            (self.note if open_text else self.problem)(_misfit(text, self.kind))

    def _check_length(self, entry: Entry, field: Field) -> None:
        longest = self.kind.facet("maxLength") or self.kind.facet("length")
        is_open = field.type is ValueType.TEXT and not (field.values or field.is_exact or entry.table)
        if is_open and longest and not 0 < entry.cut <= int(longest):
            self.note(_("At most %(length)s characters fit. Cut longer texts there.") % {"length": longest})

    def _is_unique(self, source: Source | None) -> bool:
        return self.level is None or (
            source is not None and source.kind is SourceKind.POSTING and source.value in ("sequence", "uuid")
        )

    def _fits(self, text: str) -> bool:
        return fits(self.kind, text)


def condition_of(condition: Condition, tell: _Tell, *, level: Level) -> Callable[[Scope], bool] | None:
    """The test as a function, None if it cannot be made; why is told."""
    field = posting_field(condition.field)
    if field is None or level is None:
        tell(_("A condition needs a field of the posting, inside an element that is repeated."))
        return None
    get = field.get
    if condition.test in (Test.POSITIVE, Test.NEGATIVE):
        if field.type is not ValueType.CENTS:
            tell(_("Only amounts can be above or below zero."))
            return None
        sign = 1 if condition.test is Test.POSITIVE else -1
        return lambda scope: sum(get(line) for line in scope.lines) * sign > 0
    if condition.test in (Test.FILLED, Test.EMPTY):
        wanted = condition.test is Test.FILLED
        return lambda scope: bool(get(scope.line)) is wanted
    same = condition.test is Test.IS
    return lambda scope: (str(get(scope.line)) == condition.value) is same


def _text_of(
    kind: SourceKind, field: Field, read: Callable[[Scope], Any], show: Callable[[Any], str]
) -> Callable[[Scope], str]:
    """From the scope to the text, by the shortest way: this runs for each value of each record."""
    if kind is SourceKind.BATCH:
        return _once(read, show)
    if kind is SourceKind.POSTING:
        get = field.get
        return lambda scope: show(get(scope.lines[0]))
    return lambda scope: show(read(scope))


def _once(read: Callable[[Scope], Any], show: Callable[[Any], str]) -> Callable[[Scope], str]:
    """What the batch says is worked out once for each file, not for each record."""
    known: tuple[Header | None, str] = (None, "")

    def remembered(scope: Scope) -> str:
        nonlocal known
        header, text = known
        if header is not scope.header:
            text = show(read(scope))
            known = (scope.header, text)
        return text

    return remembered


def _shown(write: Callable[[Any], str], finish: Callable[[str], str] | None, *, is_text: bool) -> Callable[[Any], str]:
    """From a value to its text, by the shortest way as well."""
    if finish is not None:
        return lambda value: finish(write(value))
    return (lambda value: plain(write(value))) if is_text else write


def _finisher(entry: Entry) -> Callable[[str], str]:
    prefix, cut = entry.prefix, entry.cut

    def finish(text: str) -> str:
        text = plain(prefix + text)
        return text[:cut].rstrip() if cut else text

    if entry.table:
        return _looked_up({key: finish(text) for key, text in entry.table})
    return lambda text: finish(text) if text else ""


def _looked_up(table: dict[str, str]) -> Callable[[str], str]:
    def look_up(text: str) -> str:
        if text and text not in table:
            raise FormatInvalid(_("The table has no line for “%(value)s”.") % {"value": text})
        return table[text] if text else ""

    return look_up


def _batch_sum(scope: Scope, kind: str) -> int:
    return dict(scope.header.sums).get(kind, 0) if kind else scope.header.total_cents


def _cents(lines: Iterable[Line], kind: str) -> Iterator[int]:
    return (line.posting.amount_cents for line in lines if not kind or line.posting.kind == kind)


def _misfit(text: str, kind: SimpleType) -> str:
    return _("“%(text)s” does not fit: %(type)s.") % {"text": text, "type": simple_in_words(kind)}
