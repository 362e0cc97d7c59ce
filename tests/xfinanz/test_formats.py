from __future__ import annotations

import csv
import datetime
import io

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from wagtail_xfinanz.errors import FormatInvalid, FormatNotReady
from wagtail_xfinanz.formats import Header, Line, formats
from wagtail_xfinanz.formats.base import amount
from wagtail_xfinanz.formats.csv.adapter import CsvFormat
from wagtail_xfinanz.formats.csv.profile import default_profile, from_settings
from wagtail_xfinanz.posting import Part, Posting, PostingKind
from wagtail_xfinanz.text import TextNotWritable, plain

NS = {"k": "urn:wagtail-xfinanz:kassenbuch:1"}
WHEN = datetime.datetime(2026, 12, 31, 23, 30, tzinfo=datetime.UTC)
HEADER = Header(
    tenant_number="4711",
    tenant_name="Stadt Musterstadt",
    budget_year=2026,
    number=7,
    created_at=WHEN,
    certified_by="Anna Müller",
    certified_at=WHEN,
    released_by="Bernd Özgür",
    released_at=WHEN,
    previous_hash="0" * 64,
)


def posting(**fields):
    defaults = {
        "kind": "payment",
        "part": "item",
        "amount_cents": 1250,
        "reference": "2600001",
        "booked_on": datetime.date(2026, 11, 24),
        "reason": "Sperrgut",
        "label": "Abholung",
        "posting_key": "sperrgut",
        "account": "432100",
        "entry_id": 1,
        "order_id": "x",
    }
    return Posting(**defaults | fields)


def written(name, postings, header=HEADER):
    out = io.BytesIO()
    lines = [Line(place, row) for place, row in enumerate(postings, start=1)]
    control = formats.get(name).write(out, header=header, lines=lines)
    out.seek(0)
    return out, control


letters = st.text(st.sampled_from("abcÄÖÜäöüßéŁź 0123456789.,;:-–/&<>'\"’…€=+@"), max_size=30)
words = letters.map(lambda text: f"x{text}")
days = st.dates(datetime.date(2026, 12, 20), datetime.date(2027, 1, 10))


@st.composite
def postings(draw):
    style = draw(st.sampled_from([{"account": "4321"}, {"account": "", "budget_line": "1.2345"}]))
    return posting(
        kind=draw(st.sampled_from(PostingKind.values)),
        part=draw(st.sampled_from(Part.values)),
        amount_cents=draw(st.integers(-(10**9), 10**9)),
        booked_on=draw(days),
        due_on=draw(st.none() | days),
        reason=draw(words),
        label=draw(words),
        payer=draw(letters),
        tax_permille=draw(st.sampled_from([0, 70, 190])),
        extra=tuple(draw(st.dictionaries(words, letters, max_size=2)).items()),
        **style,
    )


@given(st.lists(postings(), min_size=1, max_size=12))
def test_any_set_of_postings_makes_a_valid_file_with_right_sums_in_order(rows):
    out, control = written("kassenbuch", rows)
    formats.get("kassenbuch").validate(out)
    assert (control.count, control.total_cents) == (len(rows), sum(row.amount_cents for row in rows))
    root = etree.fromstring(out.getvalue())
    found = root.findall(".//k:buchung", NS)
    assert [node.get("nr") for node in found] == [str(number) for number in range(1, len(rows) + 1)]
    assert [node.findtext("k:betrag", namespaces=NS) for node in found] == [amount(row.amount_cents) for row in rows]
    assert [node.findtext("k:text", namespaces=NS) for node in found] == [plain(row.label) for row in rows]
    assert root.findtext(".//k:summe", namespaces=NS) == amount(control.total_cents)
    kinds = {node.get("art"): node.text for node in root.findall(".//k:summeJeArt", NS)}
    assert kinds == {kind: amount(cents) for kind, cents in control.by_kind().items()}


@given(st.lists(postings(), min_size=1, max_size=12))
def test_the_csv_file_reads_back(rows):
    out, _control = written("csv", rows)
    formats.get("csv").validate(out)
    lines = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [line[0] for line in lines] == ["K", "Satz", *["B"] * len(rows), "S"]
    place = lines[1].index("Betrag")
    assert [line[place] for line in lines[2:-1]] == [amount(row.amount_cents).replace(".", ",") for row in rows]
    assert all(len(line) == len(lines[1]) for line in lines[2:-1])


@given(postings())
def test_a_posting_survives_storage(row):
    assert Posting.from_json(row.to_json()) == row


@given(st.integers(-(10**12), 10**12))
def test_amounts_have_two_places_and_a_point(cents):
    text = amount(cents)
    assert round(float(text) * 100) == cents
    assert text.rpartition(".")[2].isdigit()
    assert len(text.rpartition(".")[2]) == 2
    assert not text.startswith("-0.00")


def test_money_is_never_a_float():
    with pytest.raises(TypeError):
        posting(amount_cents=12.5)


def test_equal_postings_give_equal_bytes():
    assert written("kassenbuch", [posting()])[0].getvalue() == written("kassenbuch", [posting()])[0].getvalue()


@pytest.mark.parametrize("start", ["=1+1", "+49", "-2", "@SUM(A1)"])
def test_spreadsheets_run_no_formula_from_us(start):
    out, _control = written("csv", [posting(label=start, amount_cents=-5)])
    text = out.getvalue().decode("utf-8-sig")
    assert f";'{start};" in text
    assert ";-0,05;" in text


def test_a_gap_in_the_numbers_makes_no_file():
    with pytest.raises(FormatInvalid, match="Nummer 1"):
        formats.get("kassenbuch").write(io.BytesIO(), header=HEADER, lines=[Line(2, posting())])


@pytest.mark.parametrize(
    "damage",
    [
        (b"<betrag>12.50<", b"<betrag>12,50<"),
        (b"<betrag>12.50<", b"<betrag>12.5<"),
        (b"<sachkonto>432100</sachkonto>", b""),
        (b'art="payment"', b'art="gift"'),
        (b"<grund>Sperrgut<", b"<grund>\xf0\x9f\x98\x80<"),
        (b"</kassenbuch>", b""),
    ],
)
def test_a_damaged_file_is_found(damage):
    out, _control = written("kassenbuch", [posting()])
    assert damage[0] in out.getvalue()
    with pytest.raises(FormatInvalid):
        formats.get("kassenbuch").validate(io.BytesIO(out.getvalue().replace(*damage)))


@pytest.mark.parametrize("damage", [(b"S;1;12,50", b"S;2;12,50"), (b"S;1;12,50", b"S;1;12,51"), (b"S;1;12,50", b"X")])
def test_a_wrong_control_record_is_found(damage):
    out, _control = written("csv", [posting()])
    assert damage[0] in out.getvalue()
    with pytest.raises(FormatInvalid):
        formats.get("csv").validate(io.BytesIO(out.getvalue().replace(*damage)))


def test_no_entity_of_a_file_is_ever_read(tmp_path):
    (tmp_path / "secret").write_text("4711")
    evil = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]><kassenbuch xmlns="{NS["k"]}">&e;</kassenbuch>'
    with pytest.raises(FormatInvalid) as caught:
        formats.get("kassenbuch").validate(io.BytesIO(evil.encode()))
    assert "4711" not in str(caught.value)


class TestCsvProfiles:
    def test_columns_and_encoding_are_the_tenants(self, settings):
        settings.WAGTAIL_XFINANZ = {
            "CSV_PROFILES": {"4711": {"columns": ["reference", "amount"], "encoding": "cp1252"}}
        }
        out, _control = written("csv", [posting(reference="Ö1")])
        CsvFormat(default_profile("4711")).validate(out)
        assert out.getvalue().decode("cp1252").splitlines()[1:] == [
            "Satz;Kassenzeichen;Betrag",
            "B;Ö1;12,50",
            "S;1;12,50;payment;12,50",
        ]

    def test_what_the_encoding_lacks_is_told(self, settings):
        settings.WAGTAIL_XFINANZ = {"CSV_PROFILES": {"": {"encoding": "cp1252"}}}
        with pytest.raises(TextNotWritable, match=r"Buchung 1.*„Ł“"):
            written("csv", [posting(label="Łódź")])

    @pytest.mark.parametrize("fields", [{"columns": ["nix"]}, {"columns": ["label"]}, {"encoding": "latin-9"}])
    def test_a_profile_that_cannot_work_is_refused(self, fields, settings):
        with pytest.raises(ImproperlyConfigured):
            from_settings(fields)
        settings.WAGTAIL_XFINANZ = {"CSV_PROFILES": {"4711": fields}}
        assert [error.id for error in run_checks(tags=["xfinanz"])] == ["xfinanz.E003"]


class TestSettings:
    def test_xfinanz_without_schema_refuses_and_says_what_to_do(self):
        assert run_checks(tags=["xfinanz"]) == []
        with pytest.raises(FormatNotReady, match="XRepository"):
            written("xfinanz", [posting()])

    @pytest.mark.parametrize(
        ("conf", "check"), [({"FORMATS": ["sap"]}, "xfinanz.E002"), ({"FORMAT": []}, "xfinanz.E001")]
    )
    def test_wrong_settings_are_named(self, settings, conf, check):
        settings.WAGTAIL_XFINANZ = conf
        (error,) = run_checks(tags=["xfinanz"])
        assert error.id == check
        assert error.hint

    def test_an_unknown_format_names_the_known_ones(self):
        with pytest.raises(KeyError, match="kassenbuch"):
            formats.get("sap")
