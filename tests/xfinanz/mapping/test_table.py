"""The editor's table: every place of a message, what is written there, what is wrong with it."""

from __future__ import annotations

from urllib.parse import quote, unquote

import pytest

from tests.xfinanz.mapping.pages import MAPPINGS, form_of, map_of, page, save, text
from tests.xfinanz.mapping.samples import LIST, ORDER, POSITION, ao, constant
from tests.xfinanz.schemas.zips import schema, zipped
from wagtail_xfinanz.flows import change_mapping, create_mapping, install_schema, plan_of
from wagtail_xfinanz.mapping import Entry, Mapping, Source, SourceKind
from wagtail_xfinanz.posting import PostingKind

pytestmark = pytest.mark.django_db


def test_problems_stand_at_their_element_in_words(log_in, client, full, anna):
    log_in(anna, "certifier")
    path = ao(f"{LIST}/haushaltsjahr")
    answer = save(client, map_of(full), {f"source|{path}": "constant", f"text|{path}": "zwanzig"})
    (told,) = page(answer).xpath(f"//tr[@id='{path}']//p[@class='error-message']/text()")
    assert "zwanzig" in told
    assert "gYear" in told


def test_a_problem_of_a_code_stands_at_the_code(log_in, client, full, anna):
    log_in(anna, "certifier")
    path = ao(f"{ORDER}/art")
    save(client, map_of(full), {f"source|{path}": ""})
    assert page(client.get(map_of(full))).xpath(f"//tr[@id='{path}']//p[@class='error-message']")


def test_every_problem_is_listed_with_a_link_to_its_place(log_in, client, empty, anna):
    log_in(anna, "certifier")
    shown = page(client.get(map_of(empty)))
    rows = set(shown.xpath("//tr/@id"))
    links = [unquote(link.removeprefix("#")) for link in shown.xpath("//*[@id='check']//a/@href")]
    problems = [found for found in plan_of(empty).findings if found.is_problem]
    assert len(links) == len(problems)
    assert set(links) <= rows


def test_what_the_schema_lacks_is_told_above(log_in, client, full, anna):
    change_mapping(full, entries=[Entry(ao(f"{ORDER}/erfunden"), Source(SourceKind.CONSTANT, "x"))], by=anna)
    log_in(anna, "certifier")
    assert "erfunden" in text(client.get(map_of(full)))


def test_optional_parts_are_closed_and_open_by_a_link(log_in, client, empty, anna):
    log_in(anna, "certifier")
    closed = ao(f"{POSITION}/unterposition")
    shown = page(client.get(map_of(empty)))
    (link,) = shown.xpath(f"//tr[@id='{closed}']//a[starts-with(@href, '?at=')]/@href")
    inner = page(client.get(map_of(empty) + link))
    assert inner.xpath(f"//tr[@id='{closed}/{closed.split('/')[-1].split('}')[0]}}}betrag']")


def test_values_are_offered_and_explained(log_in, client, full, anna):
    log_in(anna, "certifier")
    path = ao(f"{ORDER}/art")
    place = text(client.get(f"{MAPPINGS}{full.pk}/place/?path={quote(path)}"))
    assert "<code>AN</code>" in place
    assert f"refund ({PostingKind.REFUND.label})" in place
    shown = page(client.get(map_of(full)))
    assert "AN" in shown.xpath(f"//tr[@id='{path}']//datalist/option/@value")


def test_a_page_that_does_not_exist(log_in, client, empty, anna):
    log_in(anna, "certifier")
    assert client.get(f"{map_of(empty)}?at=/nix").status_code == 404
    assert client.get(map_of(empty), {"at": ao(LIST) + "/a" * 1_500}).status_code == 404
    assert client.get(f"{MAPPINGS}{empty.pk}/place/?path=/nix").status_code == 404
    assert client.get(f"{MAPPINGS}{empty.pk}/place/").status_code == 404


def test_the_form_stays_below_djangos_limit(log_in, client, full, anna, settings):
    log_in(anna, "certifier")
    assert len(form_of(client.get(map_of(full)))) < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS / 2


def test_queries_do_not_grow_with_the_message(log_in, client, full, anna, django_assert_max_num_queries):
    log_in(anna, "certifier")
    client.get(map_of(full))
    with django_assert_max_num_queries(25):
        client.get(map_of(full))


MANY = "".join(f'<xs:attribute name="a{number}" type="xs:string"/>' for number in range(8))
WITH_MANY = f"""<xs:element name="rows"><xs:complexType><xs:sequence>
<xs:element name="note" minOccurs="0" maxOccurs="unbounded"><xs:complexType/></xs:element>
<xs:element name="row" maxOccurs="unbounded"><xs:complexType><xs:simpleContent><xs:extension base="xs:decimal">{MANY}
<xs:attribute name="must" type="xs:string" use="required"/></xs:extension></xs:simpleContent></xs:complexType>
</xs:element></xs:sequence></xs:complexType></xs:element>"""


def test_many_attributes_are_shown_when_their_element_is_looked_at(log_in, client, tenant, anna):
    zipfile = zipped({"rows.xsd": schema(WITH_MANY)})
    row = install_schema(zipfile, name="rows.zip", site=None, by=None)
    made = create_mapping(tenant, package=row, mapping=Mapping("rows"), name="Kasse", by=anna)
    log_in(anna, "certifier")
    here, path = f"{MAPPINGS}{made.pk}/map/", "/rows/row"
    shown = page(client.get(here))
    assert [at for at in shown.xpath("//tr/@id") if "@" in at] == [f"{path}/@must"]
    (link,) = shown.xpath(f"//tr[@id='{path}']//a[starts-with(@href, '?at=')]/@href")
    assert len([at for at in page(client.get(here + link)).xpath("//tr/@id") if "@" in at]) == 9
    assert shown.xpath("string(//*[@id='/rows']//p[@class='error-message'])").endswith("row, note.")
    save(client, here, {f"source|{path}": "constant", f"text|{path}": "1"})
    assert len([at for at in page(client.get(here)).xpath("//tr/@id") if "@" in at]) == 9


CHOICE = """<xs:element name="rows"><xs:complexType><xs:sequence minOccurs="2" maxOccurs="unbounded">
<xs:element name="one" type="xs:string"/><xs:element name="two" type="xs:string"/></xs:sequence></xs:complexType>
</xs:element>"""


def test_a_finding_about_a_group_leads_to_its_row(log_in, client, tenant, anna):
    row = install_schema(zipped({"rows.xsd": schema(CHOICE)}), name="rows.zip", site=None, by=None)
    made = create_mapping(tenant, package=row, mapping=Mapping("rows"), name="Kasse", by=anna)
    log_in(anna, "certifier")
    shown = page(client.get(map_of(made)))
    assert "#/rows/#1" in map(unquote, shown.xpath("//*[@id='check']//a/@href"))
    assert shown.xpath("//tr[@id='/rows/#1']//p[@class='error-message']")
    assert shown.xpath("//tr[@id='/rows/#1']//select[starts-with(@name, 'repeat')]")


def test_more_places_than_a_form_can_carry_have_pages_of_their_own(log_in, client, tenant, anna, settings):
    leaves = "".join(f'<xs:element name="e{number}" type="xs:string"/>' for number in range(600))
    body = f'<xs:element name="rows"><xs:complexType><xs:sequence>{leaves}</xs:sequence></xs:complexType></xs:element>'
    row = install_schema(zipped({"rows.xsd": schema(body)}), name="rows.zip", site=None, by=None)
    mapping = Mapping("rows", (Entry("/rows/e599", constant("Ende")),))
    made = create_mapping(tenant, package=row, mapping=mapping, name="Kasse", by=anna)
    log_in(anna, "certifier")
    answer = client.get(map_of(made))
    assert len(form_of(answer)) < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    (last,) = page(answer).xpath("//tr[@id='/rows/e599']")
    assert "Ende" in last.text_content()
    assert last.xpath(".//a[starts-with(@href, '../place/')]")
    save(client, map_of(made), {"text|/rows/e0": "Anfang"})
    made.refresh_from_db()
    assert [entry.path for entry in made.mapping.entries] == ["/rows/e0", "/rows/e599"]


OPTIONAL = """<xs:element name="rows"><xs:complexType><xs:sequence><xs:element name="sum" type="xs:decimal"/>
<xs:sequence minOccurs="0"><xs:element name="currency" type="xs:string"/><xs:element name="rate" type="xs:decimal"/>
</xs:sequence></xs:sequence></xs:complexType></xs:element>"""


def test_mandatory_parts_of_an_optional_group_stand_below_it(log_in, client, tenant, anna):
    row = install_schema(zipped({"rows.xsd": schema(OPTIONAL)}), name="rows.zip", site=None, by=None)
    made = create_mapping(tenant, package=row, mapping=Mapping("rows"), name="Kasse", by=anna)
    log_in(anna, "certifier")
    rows = page(client.get(map_of(made))).xpath("//table[contains(@class, 'xfinanz-places')]/tbody/tr")
    assert [row.get("id") for row in rows] == ["/rows", "/rows/sum", None, "/rows/currency", "/rows/rate"]
    assert "0..1" in rows[2].text_content()
    assert not rows[2].xpath(".//a | .//select")
