from __future__ import annotations

import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_epayment.errors import NotUnderstood
from wagtail_epayment.settlements.base import BaseSettlementFormat
from wagtail_epayment.settlements.registry import FormatRegistry, formats
from wagtail_epayment.settlements.values import cents_of, iso_cents

GIRO = (
    "Transaktions-ID;Händler-Transaktions-ID;Datum;Transaktionstyp;Betrag;Währung;Status;Kassenzeichen;Verwendungszweck\r\n"
    '"g-1";"2601-a";"20.11.2026 14:05";"SALE";"1.257,50 €";"EUR";"4000";"2601000000042";"Sperrgut; ""groß"""\r\n'
    '"g-2";"2601-b";"20.11.2026";"SALE";"12,00";"EUR";"4502";"";"abgebrochen"\r\n'
    '"g-3";"2601-a";"21.11.2026";"REFUND";"57,50";"EUR";"4000";"";""\r\n'
)


def read(name, text, encoding="utf-8", **options):
    data = text if isinstance(text, bytes) else text.encode(encoding)
    [report] = formats.get(name)(options).read(data)
    return report


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_girocockpit_export_is_read_in_whatever_encoding_and_separator(encoding, separator):
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(csv.reader(io.StringIO(GIRO), delimiter=";"))
    report = read("girocockpit", text.getvalue(), encoding)
    paid, refund = report.lines
    assert (paid.amount_cents, paid.kind, paid.text) == (125750, "payment", 'Sperrgut; "groß"')
    assert (paid.provider_ref, paid.merchant_tx_id, paid.reference) == ("g-1", "2601-a", "2601000000042")
    assert (refund.amount_cents, refund.kind, str(refund.booked_on)) == (-5750, "refund", "2026-11-21")
    assert (str(report.period_from), str(report.period_to)) == ("2026-11-20", "2026-11-21")


def test_columns_can_be_called_as_they_are_in_the_export():
    text = "Vorgang;Summe brutto;Art\n7;3,00;Kauf\n"
    report = read(
        "girocockpit", text, column_key="Vorgang", column_amount="Summe brutto", column_kind="Art",
        words_payment="Kauf",
        column_currency="", column_status="", column_booked_on="", column_provider_ref="", column_merchant_tx_id="",
        column_reference="", column_text="",
    )  # fmt: skip
    assert [(each.key, each.amount_cents, each.currency) for each in report.lines] == [("payment:7", 300, "EUR")]


def test_lines_above_the_head_empty_lines_and_a_total_do_not_matter():
    text = "Export vom 20.11.2026\n\nid,amount,merchant_tx_id,reference,date,kind\n1,1.50,,,,\n,,,,,\nTotal,1.50\n"
    report = read("csv", text)
    assert (len(report.lines), report.total_cents) == (1, 150)


def test_a_fee_column_is_a_movement_of_its_own():
    text = "id;amount;merchant_tx_id;reference;date;kind;fee\n1;10.00;x;;;;0.35\n2;5.00;y;;;;\n"
    lines = read("csv", text, column_fee="fee").lines
    assert [(each.kind, each.amount_cents, each.merchant_tx_id) for each in lines] == [
        ("payment", 1000, "x"), ("fee", -35, "x"), ("payment", 500, "y"),
    ]  # fmt: skip


def test_rows_without_an_id_are_told_apart_by_how_often_they_were_there():
    text = "amount;merchant_tx_id;reference;date;kind\n1.00;;;;\n1.00;;;;\n"
    one, two = read("csv", text, column_key="").lines
    assert one.key != two.key
    assert [each.key for each in read("csv", text, column_key="").lines] == [one.key, two.key]


HEAD = "id;amount;merchant_tx_id;reference;date;kind\n"


@pytest.mark.parametrize(("rows", "said"), [
    ("1;1,00;;;;\n", r"2.*1,00"),
    ("1;1.00;;;;\n1;2.00;;;;\n", r"3.*1"),
    ("1;1.00;;;;Spende\n", r"2.*Spende"),
    ("1;1.00;;;31.2.2026;\n", r"2.*31\.2\.2026"),
    ("1;1.00;;;;;;zu viel\n", r"2.*8.*6"),
    ('1;"1.00;;;;\n', r"2"),
    ("", r"."),
    ("1;0.00;;;;\n", r"."),
])  # fmt: skip
def test_a_wrong_line_is_named_with_what_is_wrong(rows, said):
    with pytest.raises(NotUnderstood, match=said):
        read("csv", HEAD + rows)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"a;b\n1;2\n", b"\x00\x01\x02", b"id;id;amount\n", b"%PDF-1.7\xff\xfe"])
def test_what_is_no_such_table_is_refused(data):
    with pytest.raises(NotUnderstood):
        read("csv", data)


def test_missing_columns_are_named_beside_those_that_are_there():
    with pytest.raises(NotUnderstood, match=r"kind, date, reference.*id, amount, tx"):
        read("csv", "id;amount;tx\n1;2;3\n", column_merchant_tx_id="")


@pytest.mark.parametrize(("text", "decimal", "cents"), [
    ("1.234,56", ",", 123456), ("1234,5", ",", 123450), ("-12,50 €", ",", -1250), ("12,50-", ",", -1250),
    ("+3", ",", 300), ("1,234.56", ".", 123456), ("−0.01", ".", -1), ("1250", "cents", 1250), ("EUR 7,00", ",", 700),
])  # fmt: skip
def test_amounts_as_people_write_them(text, decimal, cents):
    assert cents_of(text, decimal=decimal) == cents


@pytest.mark.parametrize(("text", "decimal"), [
    ("1.23", ","), ("12,345", ","), ("1,2,3", "."), ("", ","), ("-", ","), ("--1", ","), ("1e5", "."), ("NaN", "."),
    ("١٢", ","), ("12.50", "cents"), ("9" * 30, ","), ("1.2345,00", ","),
])  # fmt: skip
def test_amounts_nobody_can_be_sure_of_are_refused(text, decimal):
    with pytest.raises(NotUnderstood):
        cents_of(text, decimal=decimal)


@given(st.integers(-(10**12), 10**12))
def test_every_amount_is_read_as_it_was_written(cents):
    euros, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    assert cents_of(f"{sign}{euros:,}".replace(",", ".") + f",{rest:02d}", decimal=",") == cents
    assert cents_of(f"{sign}{euros:,}.{rest:02d}", decimal=".") == cents
    assert iso_cents(f"{euros}.{rest:02d}") == abs(cents)


@given(st.binary(max_size=300), st.sampled_from(["csv", "girocockpit", "camt"]))
def test_any_bytes_are_read_or_refused_with_a_reason(data, name):
    with contextlib.suppress(NotUnderstood):
        list(formats.get(name)().read(data))


def test_a_format_of_another_package_is_registered_once():
    registry = FormatRegistry()

    @registry.register("own")
    class Own(BaseSettlementFormat):
        label = "Own"

        def read(self, data):
            yield from ()

    assert registry.get("own") is Own
    with pytest.raises(ValueError, match="own"):
        registry.register("own")(type("Other", (Own,), {}))
    with pytest.raises(KeyError, match="own"):
        registry.get("unknown")
