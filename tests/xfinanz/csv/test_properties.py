"""Any profile and any postings: the file reads back, or a person is told what is wrong and where."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.xfinanz.csv.samples import posting, postings, profiles, written
from wagtail_xfinanz.errors import FormatInvalid
from wagtail_xfinanz.formats.csv.check import faults
from wagtail_xfinanz.formats.csv.profile import SEPARATORS, Column, Profile, Separator
from wagtail_xfinanz.text import TextNotWritable, plain

SIGNS = {"+": 1, "H": 1, "-": -1, "S": -1}


def raw_rows(profile, data):
    """The cells of the posting records, split here without the code under test, and bare of what fills them up."""
    text = data.decode(profile.encoding)
    end = {"crlf": "\r\n", "lf": "\n"}[profile.line_end]
    assert text.endswith(end)
    first = bool(profile.header) + profile.has_titles
    rows = text.removesuffix(end).split(end)
    rows = rows[first : len(rows) - bool(profile.trailer)]
    if profile.is_fixed:
        return [
            [_bare(cell, column) for cell, column in zip(_slices(row, profile), profile.postings, strict=True)]
            for row in rows
        ]
    separator = SEPARATORS[Separator(profile.separator)]
    if profile.quoting == "never":
        return [row.split(separator) for row in rows]
    return list(csv.reader(io.StringIO(end.join(rows), newline=""), delimiter=separator))


def _slices(row, profile):
    place = 0
    for column in profile.postings:
        yield row[place : place + column.width]
        place += column.width
    assert place == len(row)


def _bare(cell, column):
    return cell.rstrip(column.fill) if column.align == "left" else cell.lstrip(column.fill)


def shown_cents(text, sign):
    digits = text.replace(",", "").replace(".", "").strip(" ")
    value = int(digits.strip("+-") or "0")
    return value * SIGNS.get(sign, -1 if "-" in digits else 1)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(profile=profiles(), rows=st.lists(postings(), min_size=1, max_size=6))
def test_a_file_reads_back_or_the_trouble_has_a_name(profile, rows):
    assume(profile.positive != profile.negative)
    if found := faults(profile):
        assert all(fault.message for fault in found)
        return
    assert Profile.from_json(profile.to_json()) == profile
    data, trouble = _outcome(profile, rows)
    if trouble is not None:
        names = [column.name for columns in profile.records().values() for column in columns]
        assert any(name in str(trouble) for name in names)
        return
    cells = raw_rows(profile, data)
    assert len(cells) == len(rows)
    places = {column.source: place for place, column in enumerate(profile.postings)}
    for row, found in zip(rows, cells, strict=True):
        sign = found[places["sign"]] if profile.sign == "separate" else ""
        assert shown_cents(found[places["amount"]], sign) == row.amount_cents
        for place, column in enumerate(profile.postings):
            _compare(profile, column, row, found[place])


def _outcome(profile, rows):
    try:
        return written(profile, rows)[0], None
    except (TextNotWritable, FormatInvalid) as error:
        return b"", error


def _compare(profile, column, row, cell):
    if column.source in ("reason", "label", "payer"):
        text = plain(getattr(row, column.source))
        if profile.guards_formulas and text.startswith(tuple("=+-@")):
            text = f"'{text}"
        if column.is_cut:
            assert _bare(text, column).startswith(cell) or text.startswith(cell) or not cell
        else:
            assert cell == (_bare(text, column) if profile.is_fixed else text)
    elif column.source in ("booked_on", "due_on"):
        day = getattr(row, column.source)
        assert cell == (f"{day:{profile.date_format}}" if day else "")


def test_most_profiles_of_the_property_test_can_work():
    """Or it would prove little."""
    seen = Counter()

    @settings(max_examples=60, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(profile=profiles())
    def count(profile):
        works = not faults(profile)
        if works:
            try:
                written(profile, [posting(), posting(kind="refund", amount_cents=-99)])
            except (FormatInvalid, TextNotWritable):
                works = False
        seen[works] += 1

    count()
    assert seen[True] > seen[False] / 2


@pytest.mark.parametrize("cents", [1, -1, 1250])
@pytest.mark.parametrize(
    "damage", [lambda data: data[:-12], lambda data: data.replace(b"B", b"C", 1), lambda data: data[:40] + data[41:]]
)
def test_damage_to_a_file_of_fixed_width_is_found(cents, damage):
    profile = Profile(
        postings=(Column("constant", text="B", width=2), Column("amount", width=10, align="right", fill="0")),
        header=(Column("constant", text="K", width=2), Column("count", width=10, align="right", fill="0")),
        trailer=(Column("constant", text="S", width=2), Column("total", width=10, align="right", fill="0")),
        layout="fixed", encoding="cp850",
    )  # fmt: skip
    data, csv_format = written(profile, [posting(amount_cents=cents), posting(amount_cents=5)])
    with pytest.raises(FormatInvalid):
        csv_format.validate(io.BytesIO(damage(data)))
