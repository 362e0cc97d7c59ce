"""The element tree says what the schema means, whatever way it was written in."""

from __future__ import annotations

import pytest

from tests.xfinanz.schemas.zips import package, schema, zipped
from wagtail_xfinanz.schemas import open_package
from wagtail_xfinanz.schemas.describe import cardinality, simple_in_words, type_in_words
from wagtail_xfinanz.schemas.facets import fits
from wagtail_xfinanz.schemas.paths import readable, steps
from wagtail_xfinanz.schemas.tree import Branch, Tree

AO = "{urn:example:anordnung:1}"
LEDGER = "{http://ledger.example/2020}"


@pytest.fixture(scope="module")
def orders():
    return Tree(open_package(package("anordnung")))


@pytest.fixture(scope="module")
def ledger():
    return Tree(open_package(package("ledger")))


def at(tree, path, prefix=AO):
    """The node at a path written shortly: ``a/b``; a dot in front means no namespace."""
    step = [part[1:] if part[0] == "." else part if part[0] == "#" else prefix + part for part in path.split("/")]
    return tree.find("/" + "/".join(step))


def inside(branch):
    """The content as nested tuples."""
    return [
        (part.kind, part.minimum, part.maximum, inside(part)) if isinstance(part, Branch) else part.label
        for part in branch.parts
    ]


LIST = "anordnung.Liste.001"
ORDER = f"{LIST}/anordnung"


def test_messages_begin_with_those_nothing_else_contains(orders, ledger):
    assert [name.removeprefix(AO) for name in orders.messages][:2] == [LIST, "anordnung.Quittung.002"]
    assert ledger.messages == [f"{LEDGER}Ledger"]


def test_an_extension_has_its_base_first(orders):
    assert inside(at(orders, LIST).content) == ["kopf", "haushaltsjahr", "kontrolle", "anordnung"]
    assert inside(at(orders, ORDER).content)[:3] == ["anordnungsDatum", "anordnungsNummerExtern", "anzahlPositionen"]


def test_a_restriction_says_all_anew(orders):
    position = at(orders, f"{ORDER}/position")
    assert [(found.name, found.required) for found in position.attributes] == [("nr", True)]
    assert at(orders, f"{ORDER}/position/betrag").text.facets["fractionDigits"] == "2"
    assert at(orders, f"{ORDER}/position/unterposition/betrag").text.facets == {}


def test_choices_and_groups_stand_where_they_are(orders):
    choice = next(part for part in at(orders, ORDER).content.parts if isinstance(part, Branch))
    assert (choice.kind, inside(choice)) == ("choice", ["kassenzeichen", "personenkonto"])
    person = at(orders, f"{ORDER}/zahlungspflichtiger")
    assert inside(person.content) == ["name", ("sequence", 1, 1, ["vorname", "nachname"])]
    assert person.content.kind == "choice"


def test_substitutes_take_the_place_of_an_abstract_element(orders):
    content = inside(at(orders, f"{ORDER}/position").content)
    assert content[2] == ("choice", 1, 1, ["doppisch", "kameral"])


def test_a_code_has_a_child_without_namespace(orders):
    kind = at(orders, f"{ORDER}/art")
    assert kind.code.name == "code"
    assert kind.code.text.values == ("AN", "AB", "GB")
    assert dict(kind.code.text.labels)["AB"] == "Absetzung"
    assert kind.attribute("listURI").fixed == "urn:example:codeliste:anordnungsart"
    assert kind.attribute("listVersionID").required
    assert at(orders, ORDER).code is None


def test_fixed_and_default_values_are_told(orders, ledger):
    root = at(orders, LIST)
    assert (root.attribute("fassung").fixed, root.attribute("testbetrieb").default) == ("1.4.0", "false")
    assert at(ledger, "Ledger/.head/.final", LEDGER).fixed == "true"
    assert at(ledger, "Ledger/.head/.note", LEDGER).default == "none"
    assert at(ledger, "Ledger/.head/.town", LEDGER).nillable


def test_a_type_that_contains_itself_goes_on_as_far_as_one_looks(orders):
    path = f"{ORDER}/position" + "/unterposition" * 12
    assert at(orders, path).label == "unterposition"
    assert at(orders, f"{ORDER}/position" + "/unterposition" * 60) is None


def test_groups_that_repeat_are_a_step_of_their_own(ledger):
    root = at(ledger, "Ledger", LEDGER)
    (group,) = root.content.branches()
    assert (group.minimum, group.maximum, inside(group)) == (0, None, ["booking", "memo"])
    assert ledger.find_branch(group.path).path == group.path
    assert at(ledger, "Ledger/#1/.booking", LEDGER).path == f"{group.path}/booking"


def test_an_abstract_type_is_written_as_one_of_its_heirs(ledger):
    party = at(ledger, "Ledger/#1/.booking", LEDGER).content.parts[0]
    assert [(found.label, found.xsi_type) for found in party.parts] == [
        ("party", f"{LEDGER}Person"),
        ("party", f"{LEDGER}Anonymous"),
    ]
    assert [node.label for node in party.parts[0].content.nodes()] == ["ref", "name"]
    assert ledger.find(party.parts[0].path).xsi_type == f"{LEDGER}Person"


def test_types_in_words(orders, ledger):
    text = type_in_words(at(orders, f"{ORDER}/position/text"))
    assert "27" in text
    assert "AN, AB, GB" in type_in_words(at(orders, f"{ORDER}/art/.code"))
    memo = at(ledger, "Ledger/#1/.memo", LEDGER)
    assert "12" in type_in_words(memo)
    assert simple_in_words(memo.attribute("lang").type) == "language"
    assert [cardinality(*pair) for pair in ((1, 1), (0, 1), (1, None), (0, None), (2, 3))] == [
        "1",
        "0..1",
        "1..n",
        "0..n",
        "2..3",
    ]


@pytest.mark.parametrize("path", ["", "/", "x", "//x", "/x//y", "/x/", "/{a}", "/x~", "/a[x]", "/a b/../c{"])
def test_a_wrong_path_is_no_element(orders, path):
    assert orders.find(path) is None


def test_paths_are_split_and_read(orders):
    path = f"/{AO}a/code[2]/{{http://x/y}}b~{{u}}T/@listURI"
    assert steps(path) == (f"{AO}a", "code[2]", "{http://x/y}b~{u}T", "@listURI")
    assert readable(path) == "a › code[2] › b~T › @listURI"
    assert readable(f"/{AO}a/#1/b") == "a › b"


@pytest.mark.parametrize(("builtin", "declared"), [("QName", ""), ("NOTATION", '<xs:notation name="gif" public="g"/>')])
def test_names_declared_elsewhere_are_left_to_the_whole_file(builtin, declared):
    named = f'<xs:restriction base="xs:{builtin}"><xs:enumeration value="gif"/></xs:restriction>'
    body = f'{declared}<xs:simpleType name="n">{named}</xs:simpleType><xs:element name="r" type="n"/>'
    kind = Tree(open_package(zipped({"a.xsd": schema(body)}))).root("r").text
    assert fits(kind, "gif")
