"""What the check says, before any file is made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.xfinanz.mapping.samples import (
    AO,
    BOOK,
    BOOKING,
    LEDGER,
    LIST,
    ORDER,
    ORDERS,
    POSITION,
    TOTAL,
    ao,
    batch,
    constant,
    ledger,
    plan_of,
    posting_,
)
from tests.xfinanz.schemas.zips import schema, zipped
from wagtail_xfinanz.mapping import CodeList, Condition, Entry, Mapping, Repeat, Source, SourceKind, Test
from wagtail_xfinanz.mapping.planning import make_plan
from wagtail_xfinanz.schemas import open_package
from wagtail_xfinanz.schemas.tree import Tree


def problems(mapping, name="anordnung"):
    return {finding.path: finding.message for finding in plan_of(mapping, name).problems}


def notes(mapping, name="anordnung"):
    return {finding.path: finding.message for finding in plan_of(mapping, name).findings if not finding.is_problem}


def without(mapping, *paths):
    return mapping.having([Entry(path) for path in paths])


@pytest.mark.parametrize(
    "path",
    [
        f"{LIST}/@produkt",
        f"{LIST}/kopf/nachrichtenID",
        f"{LIST}/haushaltsjahr",
        f"{ORDER}/gesamtbetrag",
        f"{ORDER}/kassenzeichen",
        f"{POSITION}/@nr",
        f"{POSITION}/text",
    ],
)
def test_what_is_mandatory_and_not_mapped(path):
    found = problems(without(ORDERS, ao(path)))
    assert len(found) == 1
    assert next(iter(found)) in (ao(path), ao(ORDER))


def test_an_empty_mapping_names_every_mandatory_place():
    found = problems(Mapping(ORDERS.message))
    assert {ao(f"{LIST}/{short}") for short in ("kopf/erstelltAm", "kontrolle/summe", "haushaltsjahr")} <= set(found)
    assert ao(f"{LIST}/kopf/absender") not in found
    assert any("kassenzeichen" in message for message in found.values())


def test_what_is_mapped_and_unknown():
    found = problems(ORDERS.having([Entry(ao(f"{ORDER}/erfunden"), constant("x"))]))
    assert list(found) == [ao(f"{ORDER}/erfunden")]
    assert ao(f"{POSITION}/@veraltet") in problems(ORDERS.having([Entry(ao(f"{POSITION}/@veraltet"), constant("x"))]))


@pytest.mark.parametrize(
    ("path", "source", "told"),
    [
        (f"{LIST}/haushaltsjahr", batch("tenant_name"), None),
        (f"{LIST}/haushaltsjahr", constant("26"), "26"),
        (f"{LIST}/kopf/erstelltAm", batch("number"), "1"),
        (f"{ORDER}/anordnungsDatum", TOTAL, "12.50"),
        (f"{ORDER}/gesamtbetrag", posting_("booked_on"), "2026-11-24"),
        (f"{ORDER}/anzahlPositionen", TOTAL, "12.50"),
        (f"{LIST}/kopf/mandant", constant("Stadt"), "Stadt"),
        (f"{LIST}/kopf/nachrichtenID", constant("7"), "7"),
        (f"{ORDER}/personenkonto", constant("x"), ""),
        (f"{LIST}/kopf/absender", constant("x" * 41), "40"),
    ],
)
def test_what_does_not_fit_the_type(path, source, told):
    mapping = without(ORDERS, ao(f"{ORDER}/kassenzeichen")) if "personenkonto" in path else ORDERS
    mapping = mapping.having([Entry(ao(path), source)])
    if told is None:
        assert ao(path) in notes(mapping)
    else:
        assert told in problems(mapping)[ao(path)]


def test_negative_amounts_where_none_may_be():
    mapping = BOOK.having([replace(BOOK.at(ledger("Ledger/total/@cents")), format="decimal")])
    assert "12.50" in problems(mapping, "ledger")[ledger("Ledger/total/@cents")]


def test_a_table_is_asked_for_the_text_as_it_is_written():
    kind = ORDERS.at(ao(f"{ORDER}/art"))
    assert "REVERSAL" in notes(ORDERS.having([replace(kind, format="upper")]))[kind.path]
    known = tuple((name.upper(), code) for name, code in kind.table)
    assert kind.path not in notes(ORDERS.having([replace(kind, format="upper", table=known)]))


def test_values_outside_an_enumeration():
    mapping = ORDERS.having([replace(ORDERS.at(ao(f"{ORDER}/art")), table=(("payment", "ANNAHME"),))])
    assert "ANNAHME" in problems(mapping)[ao(f"{ORDER}/art")]
    mapping = ORDERS.having([replace(ORDERS.at(ao(f"{ORDER}/art")), table=())])
    assert "payment" in problems(mapping)[ao(f"{ORDER}/art")]


def test_fixed_values_stay():
    found = problems(BOOK.having([Entry(ledger("Ledger/head/final"), constant("false"))]), "ledger")
    assert "true" in found[ledger("Ledger/head/final")]
    assert not problems(BOOK.having([Entry(ledger("Ledger/head/final"), constant("true"))]), "ledger")
    entry = replace(ORDERS.at(ao(f"{ORDER}/art")), code_list=CodeList("urn:andere", "3"))
    assert "urn:example:codeliste:anordnungsart" in "".join(problems(ORDERS.having([entry])).values())


def test_a_code_list_without_its_version():
    entry = replace(ORDERS.at(ao(f"{ORDER}/art")), code_list=None)
    assert list(problems(ORDERS.having([entry]))) == [ao(f"{ORDER}/art/@listVersionID")]


def test_a_field_of_the_posting_outside_the_postings():
    found = problems(ORDERS.having([Entry(ao(f"{LIST}/kopf/absender"), posting_("payer"))]))
    assert list(found) == [ao(f"{LIST}/kopf/absender")]


def test_the_amount_of_one_posting_for_a_payment():
    found = problems(ORDERS.having([Entry(ao(f"{ORDER}/gesamtbetrag"), posting_("amount"))]))
    assert list(found) == [ao(f"{ORDER}/gesamtbetrag")]


def test_without_amounts_no_file():
    mapping = ORDERS.having(
        [
            Entry(ao(f"{ORDER}/gesamtbetrag"), constant("1.00")),
            Entry(ao(f"{POSITION}/betrag"), constant("1.00")),
        ]
    )
    assert ao(LIST) in problems(mapping)


@pytest.mark.parametrize(
    ("entries", "where"),
    [
        ([Entry(ao(ORDER))], LIST),
        ([Entry(ao(POSITION), repeat=Repeat.POSTINGS)], POSITION),
        ([Entry(ao(ORDER), repeat=Repeat.ITEMS)], ORDER),
        ([Entry(ao(f"{LIST}/kopf"), repeat=Repeat.PAYMENTS)], f"{LIST}/kopf"),
        ([Entry(ao(f"{ORDER}/bearbeiter"), constant("x"), repeat=Repeat.ITEMS)], f"{ORDER}/bearbeiter"),
    ],
)
def test_wrong_repetitions(entries, where):
    assert ao(where) in problems(ORDERS.having(entries))


def test_a_condition_may_not_leave_postings_out():
    entry = replace(ORDERS.at(ao(ORDER)), condition=Condition("kind", Test.IS, "payment"))
    assert ao(ORDER) in problems(ORDERS.having([entry]))


@pytest.mark.parametrize("condition", [Condition("nix", Test.FILLED), Condition("payer", Test.POSITIVE)])
def test_conditions_that_make_no_sense(condition):
    entry = Entry(ao(f"{ORDER}/bemerkung"), constant("x"), condition=condition)
    assert ao(f"{ORDER}/bemerkung") in problems(ORDERS.having([entry]))


def test_two_alternatives_that_are_always_written():
    mapping = ORDERS.having([Entry(ao(f"{ORDER}/personenkonto/nummer"), posting_("reference"))])
    assert ao(f"{ORDER}/kassenzeichen") in problems(mapping)
    person = f"{BOOKING}/party~{LEDGER}Person"
    mapping = BOOK.having([Entry(ledger(person))])
    assert problems(mapping, "ledger")


@pytest.mark.parametrize(
    "source",
    [
        posting_("nix"),
        batch("nix"),
        Source(SourceKind.SUM, "nix"),
        Source(SourceKind.COUNT, "nix"),
        Source(SourceKind.PRESENT),
    ],
)
def test_sources_that_do_not_exist(source):
    assert ao(f"{ORDER}/bemerkung") in problems(ORDERS.having([Entry(ao(f"{ORDER}/bemerkung"), source)]))


def test_a_format_that_does_not_exist():
    entry = Entry(ao(f"{ORDER}/bemerkung"), posting_("booked_on"), format="upside_down")
    assert ao(f"{ORDER}/bemerkung") in problems(ORDERS.having([entry]))


def test_text_for_an_element_with_parts_and_parts_alone_for_one_without():
    assert ao(f"{LIST}/kopf") in problems(ORDERS.having([Entry(ao(f"{LIST}/kopf"), constant("x"))]))
    assert not problems(BOOK.having([Entry(ledger("Ledger/end"), Source(SourceKind.PRESENT))]), "ledger")


def test_a_code_said_twice():
    mapping = ORDERS.having([Entry(ao(f"{ORDER}/art/.code"), constant("AN"))])
    assert ao(f"{ORDER}/art/.code") in problems(mapping)


def test_a_message_the_package_does_not_have():
    assert problems(Mapping(f"{AO}gibtsNicht"))


def test_notes_keep_nobody_from_using_it():
    mapping = ORDERS.having([replace(ORDERS.at(ao(f"{POSITION}/text")), cut=0)])
    assert not problems(mapping)
    assert "27" in notes(mapping)[ao(f"{POSITION}/text")]
    mapping = ORDERS.having([Entry(ao(f"{ORDER}/kassenzeichen"), posting_("provider_ref"), cut=30)])
    assert ao(f"{ORDER}/kassenzeichen") in notes(mapping)


def test_what_can_be_repeated_is_named():
    assert "anordnung" in problems(without(ORDERS, ao(ORDER)))[ao(LIST)]
    assert "booking" in problems(without(BOOK, ledger("Ledger/#1")), "ledger")[ledger("Ledger")]


ROWS = """<xs:element name="rows"><xs:complexType><xs:sequence><xs:element name="row" maxOccurs="unbounded">
<xs:complexType><xs:attribute name="sum" use="required"><xs:simpleType><xs:restriction base="xs:decimal">
<xs:minInclusive value="0"/></xs:restriction></xs:simpleType></xs:attribute></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element>"""


def test_amounts_that_can_be_negative_want_a_format():
    tree = Tree(open_package(zipped({"rows.xsd": schema(ROWS)})))
    entries = (Entry("/rows/row", repeat=Repeat.POSTINGS), Entry("/rows/row/@sum", posting_("amount")))
    (told,) = make_plan(Mapping("rows", entries), tree).problems
    assert told.path == "/rows/row/@sum"
    assert "-0.05" not in told.message  # says what to do, not what a type is
    unsigned = Entry("/rows/row/@sum", posting_("amount"), format="decimal_unsigned")
    assert not make_plan(Mapping("rows", (entries[0], unsigned)), tree).problems


def test_amounts_without_sign_need_something_that_tells_what_they_are():
    assert ledger(f"{BOOKING}/@cents") not in notes(BOOK, "ledger")
    without_kind = BOOK.having([Entry(ledger(f"{BOOKING}/side"), constant("credit"))])
    assert not problems(without_kind, "ledger")
    assert ledger(f"{BOOKING}/@cents") in notes(without_kind, "ledger")
    by_condition = Condition("amount", Test.NEGATIVE)
    told = without_kind.having([Entry(ledger("Ledger/#1/memo"), posting_("reason"), cut=12, condition=by_condition)])
    assert ledger(f"{BOOKING}/@cents") not in notes(told, "ledger")


def test_a_kind_of_posting_that_does_not_fit_wants_a_table():
    path = ledger(f"{BOOKING}/side")
    told = problems(BOOK.having([Entry(path, posting_("kind"))]), "ledger")[path]
    assert "credit" in told
    assert told.count(".") > 1  # what to do follows what is wrong


@pytest.mark.parametrize("builtin", ["date", "dateTime", "gYear", "gYearMonth"])
def test_a_day_is_written_as_its_place_wants_it(builtin):
    attribute = f'<xs:attribute name="day" type="xs:{builtin}" use="required"/>'
    row = f'<xs:element name="row" maxOccurs="unbounded"><xs:complexType>{attribute}</xs:complexType></xs:element>'
    body = f'<xs:element name="rows"><xs:complexType><xs:sequence>{row}</xs:sequence></xs:complexType></xs:element>'
    tree = Tree(open_package(zipped({"rows.xsd": schema(body)})))
    for source in (posting_("booked_on"), batch("created_at")):
        entries = (Entry("/rows/row", repeat=Repeat.POSTINGS), Entry("/rows/row/@day", source))
        assert "/rows/row/@day" not in {problem.path for problem in make_plan(Mapping("rows", entries), tree).problems}
