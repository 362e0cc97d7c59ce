"""Can a profile work? Everything that would break a file later, told beforehand and by the field to change."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ...posting import PostingKind
from ...text import plain, unwritable
from .profile import SEPARATORS, Align, Column, Decimal, Layout, Profile, Quoting, Separator, Sign
from .records import bare_encoding, fitted
from .sources import SOURCES, Kind

_DAY = datetime.date(2026, 11, 24)


@dataclass(frozen=True, slots=True)
class Fault:
    """``field`` is one of the profile, or, with ``record`` and ``place`` (from 0), one of that column."""

    field: str
    message: str
    record: str = ""
    place: int = -1


def faults(profile: Profile) -> list[Fault]:
    """Why no file can be written or read back by this profile; empty if all is well."""
    return list(_choices(profile)) or list(_columns(profile)) or [*_whole(profile), *_codes(profile)]


def _choices(profile: Profile) -> Iterator[Fault]:
    from . import profile as choices

    for name, known in (
        ("layout", choices.Layout), ("encoding", choices.Encoding), ("separator", choices.Separator),
        ("quoting", choices.Quoting), ("line_end", choices.LineEnd), ("decimal", choices.Decimal),
        ("sign", choices.Sign), ("date_format", choices.DateFormat),
    ):  # fmt: skip
        if getattr(profile, name) not in known.values:
            yield Fault(name, _("“%(name)s” is one of: %(known)s.") % {"name": name, "known": ", ".join(known.values)})
    if not re.fullmatch(r"[a-z0-9]{1,5}", profile.extension):
        yield Fault("extension", _("An ending has one to five small letters or digits, e.g. csv."))


def _whole(profile: Profile) -> Iterator[Fault]:
    names = [column.source for column in profile.postings]
    if names.count("amount") != 1:
        yield Fault("", _("The records of postings need the column “amount” exactly once."))
    if profile.is_fixed and profile.has_titles:
        yield Fault("has_titles", _("A file of fixed width has no titles."))
    if profile.is_fixed and profile.guards_formulas:
        yield Fault("guards_formulas", _("Only files with separators are opened by spreadsheets."))
    if profile.sign == Sign.SEPARATE:
        yield from _separate_signs(profile, names)
    is_bare = profile.quoting == Quoting.NEVER and not profile.is_fixed
    if is_bare and profile.separator == Separator.COMMA and profile.decimal == Decimal.COMMA:
        yield Fault("quoting", _("Amounts with a comma need quotes or another separator."))


def _separate_signs(profile: Profile, names: list[str]) -> Iterator[Fault]:
    if "sign" not in names:
        yield Fault("sign", _("Add the column “sign of the amount”, or write the sign with the amount."))
    if not profile.positive or not profile.negative or profile.positive == profile.negative:
        yield Fault("negative", _("The two signs have to differ, and neither can be empty."))
    for columns in (profile.header, profile.trailer):
        found = {column.source for column in columns}
        if "total" in found and "total_sign" not in found:
            yield Fault("sign", _("Add the column “sign of the total” beside the total."))


def _codes(profile: Profile) -> Iterator[Fault]:
    codes = dict(profile.kind_codes)
    if strange := sorted(set(codes) - set(PostingKind.values)):
        known = ", ".join(PostingKind.values)
        yield Fault(
            "kind_codes", _("“%(name)s” is no kind. There are: %(known)s.") % {"name": strange[0], "known": known}
        )
    every = [codes.get(kind, kind) for kind in PostingKind.values]
    for column in [*profile.postings, Column("kind")]:
        if column.source == "kind":
            seen = [fitted(code, column, profile) for code in every]
            if len(set(seen)) < len(seen) or "" in every:
                yield Fault(
                    "kind_codes", _("Two kinds have the same code, so that their sums could not be told apart.")
                )
                return


def _columns(profile: Profile) -> Iterator[Fault]:
    for record, columns in profile.records().items():
        for place, column in enumerate(columns):
            is_last = place == len(columns) - 1
            for field, message in _column(column, record, profile, is_last=is_last):
                yield Fault(field, message, record, place)


def _column(column: Column, record: str, profile: Profile, *, is_last: bool) -> Iterator[tuple[str, str]]:
    source = SOURCES.get(column.source)
    if source is None or record not in source.records:
        yield "source", _("There is no “%(name)s” in this kind of record.") % {"name": column.source}
        return
    if column.source == "extra" and not column.text:
        yield "text", _("Which further dimension? Write its name here.")
    if column.source == "constant" and not column.text and not profile.is_fixed:
        yield "text", _("A constant needs a text.")
    if source.kind is Kind.SUMS and (profile.is_fixed or not is_last):
        yield "source", _("Kinds with their sums stand at the end of a record with separators, nowhere else.")
    for field in ("text", "title"):
        if message := _text(getattr(column, field), profile):
            yield field, message
    if column.is_cut and (record != "posting" or source.kind is not Kind.TEXT or not column.width):
        yield "is_cut", _("Only texts of postings with a width can be cut.")
    if column.source == "constant" and column.width and len(column.text) > column.width:
        yield "width", _("The constant is longer than this.")
    if profile.is_fixed:
        yield from _fixed(column, source.kind, profile)


def _text(text: str, profile: Profile) -> str:
    if plain(text) != text or unwritable(text):
        return _("This contains a character that cannot be written, or typographic quotes or dashes.")
    try:
        text.encode(bare_encoding(profile))
    except UnicodeEncodeError:
        return _("The chosen encoding does not have all these characters.")
    is_bare = profile.layout == Layout.DELIMITED and profile.quoting == Quoting.NEVER
    if is_bare and SEPARATORS[Separator(profile.separator)] in text:
        return _("This contains the separator, and nothing is quoted.")
    return ""


def _fixed(column: Column, kind: Kind, profile: Profile) -> Iterator[tuple[str, str]]:
    if column.width < 1:
        yield "width", _("In a file of fixed width every column needs a width.")
    if len(column.fill) != 1 or _text(column.fill, profile):
        yield "fill", _("Please choose one character to fill the column up with, usually a blank or 0.")
    elif kind in (Kind.AMOUNT, Kind.NUMBER) and (column.fill not in (" ", "0") or _is_ambiguous(column)):
        yield "fill", _("Numbers are filled up with blanks, or with 0 from the left (aligned right).")
    elif kind in (Kind.DATE, Kind.PERCENT) and column.fill != " " and not _fills_day(column, kind, profile):
        yield "fill", _("This is filled up with blanks.")


def _is_ambiguous(column: Column) -> bool:
    return column.fill == "0" and column.align != Align.RIGHT


def _fills_day(column: Column, kind: Kind, profile: Profile) -> bool:
    """Zeros then stand only where there is no date at all."""
    return kind is Kind.DATE and column.width == len(_DAY.strftime(profile.date_format))
