"""Suggestions, and the one mapping that can be ready-made: the publicly known head of AO."""

from __future__ import annotations

import pytest

from tests.xfinanz.mapping.samples import AO, LIST, ORDER, ORDERS, POSITION, ao, ledger, loaded
from tests.xfinanz.schemas.zips import schema, zipped
from wagtail_xfinanz.mapping import Condition, Entry, Mapping, Repeat, Source, SourceKind, Test
from wagtail_xfinanz.mapping.planning import make_plan
from wagtail_xfinanz.mapping.suggest import suggest
from wagtail_xfinanz.schemas import open_package
from wagtail_xfinanz.schemas.tree import Tree

HEAD = """
<xs:complexType name="AO"><xs:sequence>
  <xs:element name="anordnungsDatum" type="xs:date"/><xs:element name="anordnungsNummerExtern" type="xs:string"/>
  <xs:element name="anzahlPositionen" type="xs:integer"/><xs:element name="bearbeiter" type="xs:string" minOccurs="0"/>
  <xs:element name="gesamtbetrag"><xs:simpleType><xs:restriction base="xs:decimal"><xs:fractionDigits value="2"/>
  </xs:restriction></xs:simpleType></xs:element>{more}
</xs:sequence></xs:complexType>
<xs:element name="liste"><xs:complexType><xs:sequence><xs:element name="ao" type="x:AO" {occurs}/>
</xs:sequence></xs:complexType></xs:element>"""


def head_of_ao(more="", occurs='maxOccurs="unbounded"', namespace="xFinanz310"):
    """A synthetic schema around the published lines; the rest of the real one is not public."""
    body = HEAD.format(more=more, occurs=occurs)
    attributes = {"targetNamespace": namespace, "xmlns:x": namespace, "elementFormDefault": "qualified"}
    return schema(body, **attributes)


def tree_with_head(**fields):
    return Tree(open_package(zipped({"a.xsd": head_of_ao(**fields)})))


def suggestions(name, mapping):
    tree = loaded(name)[1]
    return suggest(tree.root(mapping.message), mapping)


def test_names_and_types_suggest_what_goes_where():
    found = suggestions("anordnung", Mapping(ORDERS.message))
    assert found[ao(ORDER)].repeat == Repeat.PAYMENTS
    assert found[ao(POSITION)].repeat == Repeat.ITEMS
    expected = {
        f"{LIST}/kopf/nachrichtenID": ("batch", "uuid"),
        f"{LIST}/kopf/erstelltAm": ("batch", "released_at"),
        f"{LIST}/kopf/mandant": ("batch", "tenant_number"),
        f"{LIST}/haushaltsjahr": ("batch", "budget_year"),
        f"{LIST}/kontrolle/summe": ("sum", ""),
        f"{ORDER}/gesamtbetrag": ("sum", ""),
        f"{ORDER}/anzahlPositionen": ("count", ""),
        f"{ORDER}/kassenzeichen": ("posting", "reference"),
        f"{POSITION}/@nr": ("posting", "sequence"),
        f"{POSITION}/betrag": ("posting", "amount"),
        f"{POSITION}/faelligAm": ("posting", "due_on"),
        f"{POSITION}/doppisch/sachkonto": ("posting", "account"),
        f"{POSITION}/kameral/haushaltsstelle": ("posting", "budget_line"),
    }
    told = {path: (entry.source.kind.value, entry.source.value) for path, entry in found.items() if entry.source}
    assert {ao(path): source for path, source in expected.items()}.items() <= told.items()
    assert found[ao(f"{POSITION}/text")].cut == 27


def test_most_of_a_message_is_mapped_by_accepting_them():
    mapping = Mapping(ORDERS.message)
    plan = make_plan(mapping.having(suggestions("anordnung", mapping).values()), loaded("anordnung")[1])
    assert {finding.path for finding in plan.problems} == {
        ao(f"{LIST}/@produkt"),
        ao(f"{ORDER}/art/.code"),
        ao(f"{ORDER}/art/@listVersionID"),
    }


def test_nothing_mapped_is_suggested_anew():
    assert not set(suggestions("anordnung", ORDERS)) & {entry.path for entry in ORDERS.entries}
    own = Mapping(ORDERS.message).having([Entry(ao(f"{LIST}/kopf/mandant"), Source(SourceKind.CONSTANT, "1"))])
    assert ao(f"{LIST}/kopf/mandant") not in suggestions("anordnung", own)


def test_the_other_shape_gets_suggestions_too():
    found = suggestions("ledger", Mapping("{http://ledger.example/2020}Ledger"))
    assert found[ledger("Ledger/head/year")].source.value == "budget_year"


def test_the_known_head_of_ao_is_offered_and_nothing_more():
    tree = tree_with_head(more='<xs:element name="unbekannt" type="xs:string"/>')
    mapping = Mapping("{xFinanz310}liste")
    found = suggest(tree.root(mapping.message), mapping)
    ao_path = "/{xFinanz310}liste/{xFinanz310}ao"
    known = ["anordnungsDatum", "anordnungsNummerExtern", "anzahlPositionen", "bearbeiter", "gesamtbetrag"]
    assert set(found) == {ao_path, *(f"{ao_path}/{{xFinanz310}}{name}" for name in known)}
    assert found[ao_path].repeat == Repeat.PAYMENTS
    plan = make_plan(mapping.having(found.values()), tree)
    assert [finding.path for finding in plan.problems] == [f"{ao_path}/{{xFinanz310}}unbekannt"]


def test_one_ao_for_the_whole_batch_takes_the_batch():
    found = suggest((tree := tree_with_head(occurs="")).root("{xFinanz310}liste"), Mapping("{xFinanz310}liste"))
    assert found["/{xFinanz310}liste/{xFinanz310}ao/{xFinanz310}anordnungsNummerExtern"].source.value == "name"
    plan = make_plan(Mapping("{xFinanz310}liste").having(found.values()), tree)
    assert plan.problems, "nothing in the published lines repeats over postings"


@pytest.mark.parametrize("namespace", ["xFinanz", "xFinanz320", "urn:other"])
def test_other_versions_are_not_taken_for_the_published_one(namespace):
    tree = tree_with_head(namespace=namespace)
    found = suggest(tree.root(f"{{{namespace}}}liste"), Mapping(f"{{{namespace}}}liste"))
    assert f"/{{{namespace}}}liste/{{{namespace}}}ao" not in found


def test_the_namespace_of_the_samples_is_no_xfinanz():
    assert "xFinanz" not in AO


ENDS = """<xs:element name="list"><xs:complexType><xs:choice>
<xs:element name="day"><xs:complexType><xs:attribute name="anzahl" type="xs:int" use="required"/></xs:complexType>
</xs:element>
<xs:sequence><xs:element name="jahr" type="xs:gYear"/><xs:element name="anzahl" type="xs:int"/></xs:sequence>
</xs:choice></xs:complexType></xs:element>"""


def test_no_suggestion_chooses_what_is_always_written():
    """It would rule out the other alternatives, so people choose; then the rest of it is suggested."""
    tree = Tree(open_package(zipped({"a.xsd": schema(ENDS)})))
    assert not suggest(tree.root("list"), Mapping("list"))
    begun = Mapping("list", (Entry("/list/jahr", Source(SourceKind.BATCH, "budget_year")),))
    assert list(suggest(tree.root("list"), begun)) == ["/list/anzahl"]


def test_a_name_that_is_in_every_schema_is_not_ours():
    inside = '<xs:complexType><xs:attribute name="name" type="xs:NMTOKEN"/></xs:complexType>'
    tree = Tree(open_package(zipped({"a.xsd": schema(f'<xs:element name="r">{inside}</xs:element>')})))
    assert not suggest(tree.root("r"), Mapping("r"))


AMOUNTS = """<xs:element name="list"><xs:complexType><xs:sequence>
<xs:element name="posting" maxOccurs="unbounded"><xs:complexType><xs:sequence>
<xs:element name="date" type="xs:date"/><xs:element name="bookedAmount" type="xs:decimal"/>
<xs:element name="discountAmount" type="xs:decimal" minOccurs="0"/><xs:element name="bookingText" type="xs:string"/>
</xs:sequence></xs:complexType></xs:element></xs:sequence>
<xs:attribute name="consolidatedAmount" type="xs:decimal" use="required"/>
<xs:attribute name="consolidatedCurrencyCode" type="xs:string" use="required"/>
<xs:attribute name="discountAmount" type="xs:decimal"/>
<xs:attribute name="registrationNumber" type="xs:string" use="required"/></xs:complexType></xs:element>"""


def test_a_longer_name_is_suggested_only_where_it_means_the_same():
    """An optional amount of another name is another amount, and many things have a number."""
    tree = Tree(open_package(zipped({"a.xsd": schema(AMOUNTS)})))
    found = suggest(tree.root("list"), Mapping("list"))
    told = {path: (entry.source.kind.value, entry.source.value) for path, entry in found.items() if entry.source}
    assert told == {
        "/list/@consolidatedAmount": ("sum", ""),
        "/list/@consolidatedCurrencyCode": ("batch", "currency"),
        "/list/posting/date": ("posting", "booked_on"),
        "/list/posting/bookedAmount": ("posting", "amount"),
        "/list/posting/bookingText": ("posting", "label"),
    }


SIDES = """<xs:complexType name="money"><xs:sequence><xs:element name="amount" type="xs:decimal"/></xs:sequence>
</xs:complexType>
<xs:element name="list"><xs:complexType><xs:sequence><xs:element name="posting" maxOccurs="unbounded"><xs:complexType>
<xs:choice><xs:element name="debit" type="money"/><xs:element name="credit" type="money"/></xs:choice>
</xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>"""


def test_between_debit_and_credit_people_choose():
    tree = Tree(open_package(zipped({"a.xsd": schema(SIDES)})))
    assert list(suggest(tree.root("list"), Mapping("list"))) == ["/list/posting"]
    refund = Condition("amount", Test.NEGATIVE)
    begun = Mapping(
        "list", (Entry("/list/posting", repeat=Repeat.POSTINGS), Entry("/list/posting/debit", condition=refund))
    )
    assert list(suggest(tree.root("list"), begun)) == ["/list/posting/debit/amount"]
