"""Sources as drop-downs: each choice is one text, so that a plain form can carry it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..mapping import Entry, Repeat, Source, SourceKind
from ..mapping.reading import Level
from ..mapping.sources import BATCH_FIELDS, POSTING_FIELDS, posting_field
from ..posting import PostingKind

Choices = list[tuple[str, list[tuple[str, str]]]]
CONSTANT = SourceKind.CONSTANT.value


def choice_of(source: Source | None) -> str:
    """The choice a source is; the text of a constant stands in a field of its own."""
    if source is None:
        return ""
    return CONSTANT if source.kind is SourceKind.CONSTANT else f"{source.kind.value}:{source.value}"


def text_of(source: Source | None) -> str:
    """The text of a constant, empty for every other source."""
    return source.value if source and source.kind is SourceKind.CONSTANT else ""


def source_of(choice: str, *, text: str) -> Source | None:
    """The source somebody has chosen; None for nothing, and for a choice nobody was offered."""
    kind, _colon, value = choice.partition(":")
    if kind not in SourceKind.values:
        return None
    return Source(SourceKind(kind), text if kind == CONSTANT else value)


def source_choices(level: Level) -> Choices:
    """What can be chosen at a place, grouped."""
    groups: Choices = [
        (_("Fixed"), [(CONSTANT, _("fixed text")), (f"{SourceKind.PRESENT.value}:", _("the element alone"))]),
        (_("Batch"), [(f"batch:{name}", str(field.label)) for name, field in BATCH_FIELDS.items()]),
        (_("Figures"), list(_figures())),
    ]
    if level is not None:
        fields = [(f"posting:{name}", str(field.label)) for name, field in POSTING_FIELDS.items()]
        groups.insert(1, (_("Posting"), fields))
    return groups


def _figures() -> Iterator[tuple[str, str]]:
    yield "sum:", _("sum of the amounts")
    for kind in PostingKind:
        yield f"sum:{kind.value}", _("sum of the amounts: %(kind)s") % {"kind": kind.label}
    yield "count:", _("number of postings")
    yield "count:payments", _("number of payments")


def options(level: Level) -> SafeString:
    """The choices as HTML. A page has hundreds of such drop-downs, so it is made once."""
    return _options(level, get_language() or "")


@lru_cache(maxsize=16)
def _options(level: Level, language: str) -> SafeString:
    groups = (
        (label, format_html_join("", '<option value="{}">{}</option>', choices))
        for label, choices in source_choices(level)
    )
    return format_html_join("", '<optgroup label="{}">{}</optgroup>', groups)


def label_of(entry: Entry | None) -> str:
    """What is mapped, in words; empty if nothing is."""
    if entry is None or entry.source is None:
        return ""
    source = entry.source
    if source.kind is SourceKind.CONSTANT:
        return _("fixed text “%(text)s”") % {"text": source.value}
    if source.kind is SourceKind.POSTING and (field := posting_field(source.value)):
        return str(field.label)
    known = dict(choice for _label, group in source_choices(Repeat.POSTINGS) for choice in group)
    return known.get(choice_of(source), f"{source.kind.value}: {source.value}")


def extras_of(entry: Entry | None) -> str:
    """What else is said about a place, in words."""
    return ", ".join(_extras(entry)) if entry else ""


def _extras(entry: Entry) -> Iterator[str]:
    if entry.condition:
        field = posting_field(entry.condition.field)
        told = _("only if %(field)s %(test)s %(value)s")
        yield (
            told
            % {
                "field": field.label if field else entry.condition.field,
                "test": entry.condition.test.label,
                "value": entry.condition.value,
            }
        ).strip()
    if entry.format:
        yield _("format %(name)s") % {"name": entry.format}
    if entry.prefix:
        yield _("begins with “%(text)s”") % {"text": entry.prefix}
    if entry.cut:
        yield _("cut after %(count)s characters") % {"count": entry.cut}
    if entry.table:
        yield _("table with %(count)s lines") % {"count": len(entry.table)}
    if entry.fallback:
        yield _("if empty: “%(text)s”") % {"text": entry.fallback}
    if entry.code_list:
        yield _("code list %(uri)s %(version)s") % {"uri": entry.code_list.uri, "version": entry.code_list.version}
