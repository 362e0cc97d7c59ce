"""Any profile, any postings; and the small things every story here needs."""

from __future__ import annotations

import datetime
import io

from hypothesis import strategies as st

from wagtail_xfinanz.formats.base import Header, Line
from wagtail_xfinanz.formats.csv import profile as options
from wagtail_xfinanz.formats.csv.adapter import CsvFormat
from wagtail_xfinanz.formats.csv.profile import Column, Profile
from wagtail_xfinanz.formats.csv.sources import SOURCES, Kind
from wagtail_xfinanz.posting import Part, Posting, PostingKind

WHEN = datetime.datetime(2026, 12, 31, 23, 30, tzinfo=datetime.UTC)


def posting(**fields):
    defaults = {
        "kind": "payment", "part": "item", "amount_cents": 1250, "reference": "2600001",
        "booked_on": datetime.date(2026, 11, 24), "reason": "Sperrgut", "label": "Abholung", "posting_key": "sperrgut",
        "account": "432100", "entry_id": 1, "order_id": "x",
    }  # fmt: skip
    return Posting(**defaults | fields)


def header(rows=()):
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.kind] = sums.get(row.kind, 0) + row.amount_cents
    return Header(
        "4711", "Stadt Musterstadt", 2026, 7, WHEN, "Anna Müller", WHEN, "Bernd Özgür", WHEN, "0" * 64,
        count=len(rows), payments=len(rows), total_cents=sum(sums.values()), sums=tuple(sums.items()),
    )  # fmt: skip


def lines(rows):
    return [Line(place, row) for place, row in enumerate(rows, start=1)]


def written(profile, rows):
    """The bytes, read back already; and the format that wrote them."""
    out, csv_format = io.BytesIO(), CsvFormat(profile)
    csv_format.write(out, header=header(rows), lines=lines(rows))
    out.seek(0)
    csv_format.validate(out)
    return out.getvalue(), csv_format


WORDS = st.text(st.sampled_from("abcÄÖÜäöüßéŁź\u0103\u0323 0123456789.,;:|\t-–/&<>'\"’…€=+@"), max_size=40)
FREE_TEXTS = ("reason", "label", "payer", "provider_ref", "reference")
DAYS = st.dates(datetime.date(2026, 12, 20), datetime.date(2028, 3, 1))


@st.composite
def postings(draw):
    return posting(
        kind=draw(st.sampled_from(PostingKind.values)),
        part=draw(st.sampled_from(Part.values)),
        amount_cents=draw(st.integers(-(10**9), 10**9) | st.sampled_from([0, 1, -1, 99, -100])),
        booked_on=draw(DAYS | st.just(datetime.date(2028, 2, 29))),
        due_on=draw(st.none() | DAYS),
        reason=draw(WORDS),
        label=draw(WORDS),
        payer=draw(WORDS),
        tax_permille=draw(st.sampled_from([0, 70, 190])),
        extra=(("Kapitel", draw(WORDS)),),
    )


def _columns(record, is_fixed):
    names = sorted(name for name in SOURCES if record in SOURCES[name].records)
    if is_fixed and "sums" in names:
        names.remove("sums")
    return st.builds(
        Column,
        source=st.sampled_from(names),
        text=st.sampled_from(["Kapitel", "B", "01"]),
        title=st.sampled_from(["", "Spalte", "Größe"]),
        width=st.sampled_from([12, 64, 64, 64]) if is_fixed else st.sampled_from([0, 0, 60]),
        align=st.sampled_from(options.Align.values),
        fill=st.sampled_from([" ", " ", "0"]),
        is_cut=st.booleans() if record == "posting" else st.just(False),
    ).map(_sensible)


def _sensible(column):
    """What people would not choose is tried elsewhere; here most profiles have to be able to work."""
    kind = SOURCES[column.source].kind
    fill = column.fill if kind in (Kind.TEXT, Kind.CODE) or column.align == "right" else " "
    fill = " " if kind in (Kind.DATE, Kind.PERCENT) else fill
    is_cut = column.is_cut and kind is Kind.TEXT and column.width > 0
    return Column(column.source, column.title, column.text, column.width, column.align, fill, is_cut)


@st.composite
def profiles(draw):
    layout = draw(st.sampled_from(options.Layout.values))
    is_fixed = layout == "fixed"
    sign = draw(st.sampled_from(options.Sign.values))
    amount = Column("amount", width=16 if is_fixed else 0, align="right", fill=draw(st.sampled_from(" 0")))
    rows = [amount, *draw(st.lists(_columns("posting", is_fixed).filter(lambda c: c.source != "amount"), max_size=6))]
    if sign == "separate":
        rows.append(Column("sign", width=1))
    ends = {name: draw(st.lists(_columns(name, is_fixed), max_size=4)) for name in ("header", "trailer")}
    for columns in ends.values():
        columns.sort(key=lambda column: column.source == "sums")
        if sign == "separate" and any(column.source == "total" for column in columns):
            columns.insert(0, Column("total_sign", width=1))
    return Profile(
        postings=tuple(draw(st.permutations(rows))),
        header=tuple(ends["header"]),
        trailer=tuple(ends["trailer"]),
        layout=layout,
        encoding=draw(st.sampled_from(options.Encoding.values)),
        separator=draw(st.sampled_from(options.Separator.values)),
        quoting=draw(st.sampled_from(options.Quoting.values)),
        line_end=draw(st.sampled_from(options.LineEnd.values)),
        has_titles=not is_fixed and draw(st.booleans()),
        guards_formulas=not is_fixed and draw(st.booleans()),
        decimal=draw(st.sampled_from(options.Decimal.values)),
        sign=sign,
        positive=draw(st.sampled_from("+H")),
        negative=draw(st.sampled_from("-S")),
        date_format=draw(st.sampled_from(options.DateFormat.values)),
        kind_codes=draw(st.sampled_from([(), (("payment", "01"), ("refund", "02"))])),
        extension="txt",
    )
