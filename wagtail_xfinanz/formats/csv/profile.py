"""How an importer wants its file, as plain data: what the admin edits, the settings name, and each file keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.translation import gettext_lazy as _

from ... import conf
from .sources import POSTING_NAMES, SOURCES


class Layout(models.TextChoices):
    DELIMITED = "delimited", _("separated by a character")
    FIXED = "fixed", _("fixed width")


class Encoding(models.TextChoices):
    UTF8_BOM = "utf-8-sig", _("UTF-8 with mark, as Excel wants it")
    UTF8 = "utf-8", "UTF-8"
    WINDOWS = "cp1252", "Windows-1252"
    LATIN_9 = "iso-8859-15", "ISO 8859-15 (Latin 9)"
    DOS = "cp850", "DOS (Codepage 850)"


class Separator(models.TextChoices):
    SEMICOLON = "semicolon", _("semicolon")
    COMMA = "comma", _("comma")
    TAB = "tab", _("tabulator")
    PIPE = "pipe", _("vertical bar")


class Quoting(models.TextChoices):
    NEEDED = "needed", _("where needed")
    ALL = "all", _("always")
    NEVER = "never", _("never")


class LineEnd(models.TextChoices):
    CRLF = "crlf", _("CR and LF (Windows)")
    LF = "lf", _("LF (Unix)")


class Decimal(models.TextChoices):
    COMMA = "comma", "12,50"
    POINT = "point", "12.50"
    NONE = "none", _("1250 (in cents)")


class Sign(models.TextChoices):
    LEADING = "leading", _("minus in front: -12,50")
    ALWAYS = "always", _("plus or minus in front: +12,50")
    TRAILING = "trailing", _("minus behind: 12,50-")
    SEPARATE = "separate", _("in a column of its own")


class DateFormat(models.TextChoices):
    GERMAN = "%d.%m.%Y", "24.11.2026"
    ISO = "%Y-%m-%d", "2026-11-24"
    COMPACT = "%Y%m%d", "20261124"
    DAY_FIRST = "%d%m%Y", "24112026"
    SHORT = "%d%m%y", "241126"


class Align(models.TextChoices):
    LEFT = "left", _("left")
    RIGHT = "right", _("right")


SEPARATORS = {Separator.SEMICOLON: ";", Separator.COMMA: ",", Separator.TAB: "\t", Separator.PIPE: "|"}
LINE_ENDS = {LineEnd.CRLF: "\r\n", LineEnd.LF: "\n"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of one kind of record.

    ``text`` is the constant, or the name of the further dimension. ``width``: exactly so many characters in a file of
    fixed width; else the most there may be, 0 for any number.
    """

    source: str
    title: str = ""
    text: str = ""
    width: int = 0
    align: str = Align.LEFT.value
    fill: str = " "
    is_cut: bool = False

    @property
    def name(self) -> str:
        """What people call it: the title of the column in the file."""
        known = SOURCES.get(self.source)
        return self.title or (known.title if known else self.source)


@dataclass(frozen=True, slots=True)
class Profile:
    """The whole file: at most one header, titles, a record for each posting, at most one trailer."""

    postings: tuple[Column, ...]
    header: tuple[Column, ...] = ()
    trailer: tuple[Column, ...] = ()
    layout: str = Layout.DELIMITED.value
    encoding: str = Encoding.UTF8_BOM.value
    separator: str = Separator.SEMICOLON.value
    quoting: str = Quoting.NEEDED.value
    line_end: str = LineEnd.CRLF.value
    has_titles: bool = False
    guards_formulas: bool = False
    decimal: str = Decimal.COMMA.value
    sign: str = Sign.LEADING.value
    positive: str = "+"
    negative: str = "-"
    date_format: str = DateFormat.GERMAN.value
    kind_codes: tuple[tuple[str, str], ...] = ()
    extension: str = "csv"

    @property
    def is_fixed(self) -> bool:
        return self.layout == Layout.FIXED

    def records(self) -> dict[str, tuple[Column, ...]]:
        """The columns by the kind of record."""
        return {"header": self.header, "posting": self.postings, "trailer": self.trailer}

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; ``from_json`` gives an equal profile back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Profile:
        columns = {name: tuple(Column(**row) for row in data[name]) for name in ("postings", "header", "trailer")}
        codes = tuple((kind, code) for kind, code in data["kind_codes"])
        return cls(**{**data, **columns, "kind_codes": codes})


def standard(columns: Iterable[str] = POSTING_NAMES, *, encoding: str = Encoding.UTF8_BOM.value) -> Profile:
    """Semicolons, decimal comma, rows K (header), Satz (titles), B (posting), S (sums): what works out of the box."""
    header = (
        "tenant_number", "tenant_name", "budget_year", "batch_number", "currency", "certified_by", "released_by",
        "previous_hash",
    )  # fmt: skip
    return Profile(
        header=(Column("constant", text="K"), *map(Column, header)),
        postings=(Column("constant", title="Satz", text="B"), *map(Column, columns)),
        trailer=(Column("constant", text="S"), Column("count"), Column("total"), Column("sums")),
        encoding=encoding,
        has_titles=True,
        guards_formulas=True,
    )


def from_settings(given: Mapping[str, Any]) -> Profile:
    """The standard profile with what the settings say of it. Raises ImproperlyConfigured if it cannot work."""
    from .check import faults

    unknown = sorted(set(given) - {"columns", "encoding"})
    if unknown:
        raise ImproperlyConfigured(f'Unknown keys {unknown}. Known: "columns", "encoding".')
    columns: Sequence[str] = given.get("columns", POSTING_NAMES)
    strange = [name for name in columns if name not in POSTING_NAMES]
    if strange:
        raise ImproperlyConfigured(f"Unknown CSV columns {strange}. Known: {', '.join(POSTING_NAMES)}.")
    profile = standard(columns, encoding=given.get("encoding", Encoding.UTF8_BOM.value))
    if found := faults(profile):
        raise ImproperlyConfigured(" ".join(fault.message for fault in found))
    return profile


def default_profile(tenant_number: str) -> Profile:
    """That of a tenant nobody has made a profile for. Raises ImproperlyConfigured if it cannot work."""
    profiles = conf.get().CSV_PROFILES
    return from_settings(profiles.get(tenant_number, profiles.get("", {})))


#: Fields of the profile besides its columns.
OPTIONS = tuple(field.name for field in fields(Profile) if field.name not in ("postings", "header", "trailer"))
