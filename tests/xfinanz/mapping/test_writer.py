"""What a mapping writes: in the schema's order, with its prefixes, right for every kind of place."""

from __future__ import annotations

import datetime
import io
from dataclasses import replace

import pytest
from lxml import etree

from tests.xfinanz.mapping.samples import (
    AO,
    BOOK,
    BOOKING,
    LIST,
    ORDER,
    ORDERS,
    POSITION,
    ao,
    batch,
    constant,
    header_for,
    ledger,
    lines_of,
    loaded,
    plan_of,
    posting,
    posting_,
    written,
)
from wagtail_xfinanz.errors import FormatInvalid
from wagtail_xfinanz.mapping import Condition, Entry, Repeat, Source, SourceKind, Test
from wagtail_xfinanz.mapping.writer import Writer
from wagtail_xfinanz.text import TextNotWritable

NS = {"ao": AO[1:-1]}


def read(mapping, name, postings, **fields):
    """The file as a tree; it has to be valid."""
    root = etree.fromstring(written(mapping, name, postings, **fields))
    schema = loaded(name)[0].schema
    assert schema.validate(root), schema.error_log
    return root


def texts(root, path):
    return [node.text for node in root.iterfind(path, NS)]


def test_both_packages_are_mapped_without_a_problem():
    assert plan_of(ORDERS, "anordnung").problems == []
    assert plan_of(BOOK, "ledger").problems == []


def test_payments_with_their_postings_sums_and_counts():
    rows = [
        posting(amount_cents=1000, payer="Zoë O’Brien", due_on=datetime.date(2028, 2, 29)),
        posting(amount_cents=-5, label="Abholung – „Express“ mit sehr langem Text"),
        posting(entry_id=2, amount_cents=0, kind="refund", account="", budget_line="1.7200.110000"),
    ]
    root = read(ORDERS, "anordnung", rows)
    assert texts(root, ".//ao:kontrolle/*") == ["9.95", "2"]
    assert texts(root, ".//ao:gesamtbetrag") == ["9.95", "0.00"]
    assert texts(root, ".//ao:anzahlPositionen") == ["2", "1"]
    assert texts(root, ".//ao:betrag") == ["10.00", "-0.05", "0.00"]
    assert texts(root, ".//ao:position/ao:text")[1] == 'Abholung - "Express" mit se'
    assert texts(root, ".//ao:zahlungspflichtiger/ao:name") == ["Zoë O'Brien"]
    assert texts(root, ".//ao:faelligAm") == ["2028-02-29"]
    assert texts(root, ".//ao:haushaltsstelle") == ["1.7200.110000"]
    assert len(root.findall(".//ao:doppisch", NS)) == 2
    assert root.get("fassung") == "1.4.0"


def test_codes_have_unqualified_children_and_their_list():
    root = read(ORDERS, "anordnung", [posting(kind="refund")])
    kind = root.find(".//ao:art", NS)
    assert [child.tag for child in kind] == ["code"]
    assert kind.findtext("code") == "AB"
    assert dict(kind.attrib) == {"listURI": "urn:example:codeliste:anordnungsart", "listVersionID": "3"}


def test_the_schemas_own_prefix_and_never_a_default_namespace():
    text = written(ORDERS, "anordnung", [posting()])
    assert text.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<ao:anordnung.Liste.001")
    assert b"xmlns=" not in text
    assert text.count(b"xmlns:") == 1


def test_groups_that_repeat_and_heirs_of_an_abstract_type():
    root = read(BOOK, "ledger", [posting(payer="Zoe"), posting(reason="")], tenant_name="")
    inner = [child.tag for child in root]
    assert inner == ["head", "booking", "memo", "booking", "total", "end"]
    types = [node.get("{http://www.w3.org/2001/XMLSchema-instance}type") for node in root.iter("party")]
    assert types == ["n1:Person", "n1:Anonymous"]
    assert root.find("head/town").get("{http://www.w3.org/2001/XMLSchema-instance}nil") is None
    assert root.findtext("head/final") == "true"
    assert [node.get("id") for node in root.iter("booking")] == ["b1", "b2"]


def test_equal_input_gives_equal_bytes():
    assert written(ORDERS, "anordnung", [posting()]) == written(ORDERS, "anordnung", [posting()])


@pytest.mark.parametrize(
    ("entry", "path", "expected"),
    [
        (Entry(ao(f"{POSITION}/text"), posting_("tax"), prefix="USt ", cut=27), "position/ao:text", "USt 19.0"),
        (Entry(ao(f"{ORDER}/bemerkung"), posting_("extra:psp")), "bemerkung", "4711"),
        (Entry(ao(f"{ORDER}/bemerkung"), posting_("provider_ref"), fallback="keine"), "bemerkung", "keine"),
        (Entry(ao(f"{ORDER}/bemerkung"), posting_("booked_on"), format="german"), "bemerkung", "24.11.2026"),
        (Entry(ao(f"{ORDER}/bemerkung"), posting_("booked_on"), format="compact"), "bemerkung", "20261124"),
        (Entry(ao(f"{ORDER}/bemerkung"), posting_("booked_on"), format="month"), "bemerkung", "11"),
        (Entry(ao(f"{ORDER}/bemerkung"), batch("released_at"), format="year_month"), "bemerkung", "2026-11"),
        (Entry(ao(f"{ORDER}/bemerkung"), Source(SourceKind.SUM), format="decimal_comma"), "bemerkung", "12,50"),
        (Entry(ao(f"{ORDER}/bemerkung"), Source(SourceKind.SUM), format="cents"), "bemerkung", "1250"),
        (Entry(ao(f"{ORDER}/bemerkung"), batch("name")), "bemerkung", "2026-7"),
        (Entry(ao(f"{ORDER}/bemerkung"), batch("previous_hash"), cut=4), "bemerkung", "0000"),
        (Entry(ao(f"{ORDER}/bemerkung"), posting_("kind"), format="upper"), "bemerkung", "PAYMENT"),
    ],
)  # fmt: skip
def test_formats(entry, path, expected):
    row = posting(tax_permille=190, extra=(("psp", "4711"),))
    mapping = ORDERS.having([entry])
    assert plan_of(mapping, "anordnung").problems == []
    assert texts(read(mapping, "anordnung", [row]), f".//ao:{path}") == [expected]


@pytest.mark.parametrize(
    ("condition", "is_there"),
    [
        (Condition("kind", Test.IS, "payment"), True),
        (Condition("kind", Test.IS, "fee"), False),
        (Condition("kind", Test.IS_NOT, "fee"), True),
        (Condition("payer", Test.FILLED), False),
        (Condition("payer", Test.EMPTY), True),
        (Condition("amount", Test.POSITIVE), True),
        (Condition("amount", Test.NEGATIVE), False),
    ],
)
def test_conditions(condition, is_there):
    mapping = ORDERS.having([Entry(ao(f"{ORDER}/bemerkung"), constant("x"), condition=condition)])
    assert bool(texts(read(mapping, "anordnung", [posting()]), ".//ao:bemerkung")) is is_there


def test_sums_by_kind():
    mapping = ORDERS.having([Entry(ao(f"{ORDER}/bemerkung"), Source(SourceKind.SUM, "fee"))])
    rows = [posting(), posting(kind="fee", amount_cents=-30)]
    assert texts(read(mapping, "anordnung", rows), ".//ao:bemerkung") == ["-0.30"]


def fails(mapping, name, rows, match, error=FormatInvalid, **fields):
    with pytest.raises(error, match=match):
        written(mapping, name, rows, **fields)


def test_a_missing_value_names_the_posting():
    fails(ORDERS, "anordnung", [posting(entry_id=1), posting(entry_id=2, label="")], r"2: .*text")


def test_none_of_the_alternatives_names_the_posting():
    fails(ORDERS, "anordnung", [posting(account="")], r"1: .*doppisch")


def test_two_alternatives_at_once_are_no_file():
    fails(ORDERS, "anordnung", [posting(budget_line="1.2")], r"1: .*kameral")


def test_what_the_table_lacks_is_no_file():
    mapping = ORDERS.having([replace(ORDERS.at(ao(f"{ORDER}/art")), table=(("payment", "AN"),))])
    fails(mapping, "anordnung", [posting(), posting(entry_id=2, kind="fee")], "2: .*fee")


def test_no_posting_is_ever_left_out():
    entry = replace(ORDERS.at(ao(POSITION)), condition=Condition("kind", Test.IS, "payment"))
    mapping = ORDERS.having([entry])
    read(mapping, "anordnung", [posting()])
    fails(mapping, "anordnung", [posting(), posting(kind="fee", amount_cents=-3)], "1")


@pytest.mark.parametrize("fields", [{"count": 2}, {"payments": 2}, {"total_cents": 1}])
def test_a_batch_that_says_other_numbers_is_no_file(fields):
    fails(ORDERS, "anordnung", [posting()], ".", **fields)


def test_a_gap_in_the_numbers_is_no_file():
    lines = lines_of([posting(), posting()])[1:]
    with pytest.raises(FormatInvalid):
        Writer(plan_of(ORDERS, "anordnung"), io.BytesIO(), header=header_for(lines), lines=lines).write()


def test_characters_that_cannot_be_written_are_named():
    fails(ORDERS, "anordnung", [posting(payer="Київ")], "К.*|и.*", TextNotWritable)
    named = BOOK.having([Entry(ledger(f"{BOOKING}/@id"), posting_("payer"))])
    fails(named, "ledger", [posting(payer="Київ")], "booking › @id", TextNotWritable)


def test_one_element_for_each_posting():
    entries = [replace(ORDERS.at(ao(ORDER)), repeat=Repeat.POSTINGS), Entry(ao(POSITION))]
    mapping = ORDERS.having([*entries, Entry(ao(f"{LIST}/kontrolle/anzahl"), Source(SourceKind.COUNT))])
    assert plan_of(mapping, "anordnung").problems == []
    root = read(mapping, "anordnung", [posting(), posting()])
    assert [len(order.findall("ao:position", NS)) for order in root.iterfind("ao:anordnung", NS)] == [1, 1]
    assert texts(root, ".//ao:anzahl") == ["2"]


def test_a_path_of_the_second_package_is_not_one_of_the_first():
    assert loaded("anordnung")[1].find(ledger("Ledger")) is None
