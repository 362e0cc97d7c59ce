"""Mapping by people: everything in the admin, nothing in code."""

from __future__ import annotations

import datetime
import json
import re
from urllib.parse import quote, unquote, urlencode, urljoin

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import html

from tests.xfinanz.factories import join_role, pay, released
from tests.xfinanz.mapping.samples import BOOK, BOOKING, LIST, ORDER, ORDERS, POSITION, ao, ledger
from tests.xfinanz.mapping.test_suggestions import head_of_ao
from tests.xfinanz.schemas.zips import package, schema, zipped
from wagtail_xfinanz.flows import (
    change_mapping,
    create_mapping,
    install_schema,
    load_schema,
    plan_of,
    release_mapping,
    submit_mapping,
)
from wagtail_xfinanz.mapping import Condition, Entry, Mapping, Repeat, Source, SourceKind, Test, to_json
from wagtail_xfinanz.models import FinanceTenant, MappingState, MappingVersion
from wagtail_xfinanz.posting import PostingKind

pytestmark = pytest.mark.django_db
MAPPINGS = "/admin/xfinanz_mappings/"


@pytest.fixture
def log_in(client, site):
    def as_role(user, role, at=site):
        client.force_login(join_role(user, role, at))
        return client

    return as_role


def installed(name="anordnung", site=None):
    return install_schema(package(name), name=f"{name}.zip", site=site, by=None)


@pytest.fixture
def empty(tenant, anna):
    return create_mapping(tenant, package=installed(), mapping=Mapping(ORDERS.message), name="Kasse", by=anna)


@pytest.fixture
def full(empty, anna):
    return change_mapping(empty, entries=ORDERS.entries, by=anna)


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def page(answer):
    return html.fromstring(text(answer))


def form_of(answer):
    """What a browser would send back, unchanged."""
    (form,) = (form for form in page(answer).forms if form.get("method") == "post" and form.xpath(".//table"))
    return {name: value or "" for name, value in form.form_values()}


def save(client, address, answer=None, **changes):
    data = {**form_of(client.get(address)), **{name.replace("__", "|"): value for name, value in changes.items()}}
    return client.post(address, {**data, **(answer or {})}, follow=True)


def test_from_the_package_to_the_file(log_in, client, site, tenant, paid, anna, bernd, later):
    """An operator maps a schema nobody has seen, by suggestions, four texts and one table."""
    carla = anna.__class__.objects.create_user("carla", password="x", first_name="Carla")
    log_in(carla, "portal_admin")
    file = SimpleUploadedFile("paket.zip", package("anordnung").read(), "application/zip")
    client.post("/admin/xfinanz_schemas/install/", {"package": file, "site": site.pk})
    new = page(client.get(f"{MAPPINGS}new/"))
    (choice,) = new.xpath(f"//option[text()='{LIST}']/@value")
    began = client.post(f"{MAPPINGS}new/", {"tenant": tenant.pk, "message": choice, "name": "Kasse 2027"}, follow=True)
    row = MappingVersion.objects.get()
    here = f"{MAPPINGS}{row.pk}/map/"
    assert began.redirect_chain[-1][0] == here
    assert len(page(began).xpath("//p[@class='error-message']")) > 10
    accepted = save(client, here, accept_all="1")
    assert len(page(accepted).xpath("//p[@class='error-message']")) == 3
    save(
        client,
        here,
        {
            f"source|{ao(LIST)}/@produkt": "constant",
            f"text|{ao(LIST)}/@produkt": "Bürgerportal",
            f"source|{ao(f'{ORDER}/art/@listVersionID')}": "constant",
            f"text|{ao(f'{ORDER}/art/@listVersionID')}": "3",
            f"source|{ao(f'{ORDER}/art')}": "posting:kind",
        },
    )
    place = f"{MAPPINGS}{row.pk}/place/?path={ao(f'{ORDER}/art')}"
    assert "payment" in text(client.get(place))
    told = client.post(
        place, {"source": "posting:kind", "table": "payment = AN\nrefund = AB\nchargeback = AB\nfee = GB\nreversal=AB"}
    )
    assert told.status_code == 302
    assert not page(client.get(here)).xpath("//p[@class='error-message']")
    dry = text(client.get(f"{MAPPINGS}{row.pk}/dry-run/"))
    assert "gesamtbetrag" in dry
    assert "help-success" in dry
    client.post(f"{MAPPINGS}{row.pk}/submit/")
    log_in(bernd, "releaser")
    assert "/release/" in text(client.get(here)).replace("../release/", "/release/")
    client.post(f"{MAPPINGS}{row.pk}/release/")
    row.refresh_from_db()
    assert row.state == MappingState.ACTIVE
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    content = b"".join(batch.files.get(format="xfinanz").stream())
    assert b'produkt="B\xc3\xbcrgerportal"' in content
    assert b"<ao:gesamtbetrag>57.50</ao:gesamtbetrag>" in content


def test_the_other_shape_is_mapped_the_same_way(log_in, client, tenant, anna):
    row = create_mapping(tenant, package=installed("ledger"), mapping=Mapping(BOOK.message), name="Buch", by=anna)
    log_in(anna, "certifier")
    here = f"{MAPPINGS}{row.pk}/map/"
    save(client, here, {f"repeat|{ledger('Ledger/#1')}": "postings"})
    assert row.__class__.objects.get().mapping.at(ledger("Ledger/#1")).repeat == Repeat.POSTINGS
    sources = {
        f"source|{ledger('Ledger/@number')}": "batch:number",
        f"source|{ledger('Ledger/head/town')}": "batch:tenant_name",
        f"source|{ledger(f'{BOOKING}/@on')}": "posting:booked_on",
    }
    save(client, here, sources)
    mapping = MappingVersion.objects.get().mapping
    assert mapping.at(ledger("Ledger/head/town")).source.value == "tenant_name"
    assert mapping.at(ledger(f"{BOOKING}/@on")).source.value == "booked_on"
    place = f"{MAPPINGS}{row.pk}/place/"
    client.post(f"{place}?path={quote(ledger(f'{BOOKING}/@id'))}", {"source": "posting:sequence", "front": "b"})
    assert MappingVersion.objects.get().mapping.at(ledger(f"{BOOKING}/@id")).prefix == "b"


def test_the_published_head_of_ao_is_offered_as_incomplete(log_in, client, tenant, anna):
    files = {"a.xsd": head_of_ao(more='<xs:element name="unbekannt" type="xs:string"/>')}
    row = install_schema(zipped(files), name="synthetisch.zip", site=None, by=None)
    mapping = create_mapping(tenant, package=row, mapping=Mapping("{xFinanz310}liste"), name="AO", by=anna)
    log_in(anna, "certifier")
    here = f"{MAPPINGS}{mapping.pk}/map/"
    assert page(client.get(here)).xpath("//p[@id='published']")
    shown = page(save(client, here, accept_all="1"))
    assert shown.xpath("//tr[contains(@id, 'unbekannt')]//p[@class='error-message']")
    assert len(shown.xpath("//p[@class='error-message']")) == 1
    client.post(f"{MAPPINGS}{mapping.pk}/submit/")
    mapping.refresh_from_db()
    assert mapping.state == MappingState.DRAFT


class TestEditor:
    def here(self, row):
        return f"{MAPPINGS}{row.pk}/map/"

    def test_saving_unchanged_changes_nothing(self, log_in, client, full, anna):
        log_in(anna, "certifier")
        before = full.mapping
        save(client, self.here(full))
        full.refresh_from_db()
        assert full.mapping == before

    def test_another_source_forgets_what_went_with_the_old_one(self, log_in, client, full, anna):
        log_in(anna, "certifier")
        path = ao(f"{ORDER}/art")
        save(client, self.here(full), {f"source|{path}": "posting:part"})
        full.refresh_from_db()
        entry = full.mapping.at(path)
        assert (entry.source.value, entry.table, entry.code_list.version) == ("part", (), "3")

    def test_problems_stand_at_their_element_in_words(self, log_in, client, full, anna):
        log_in(anna, "certifier")
        path = ao(f"{LIST}/haushaltsjahr")
        answer = save(client, self.here(full), {f"source|{path}": "constant", f"text|{path}": "zwanzig"})
        (told,) = page(answer).xpath(f"//tr[@id='{path}']//p[@class='error-message']/text()")
        assert "zwanzig" in told
        assert "gYear" in told

    def test_a_problem_of_a_code_stands_at_the_code(self, log_in, client, full, anna):
        log_in(anna, "certifier")
        path = ao(f"{ORDER}/art")
        save(client, self.here(full), {f"source|{path}": ""})
        assert page(client.get(self.here(full))).xpath(f"//tr[@id='{path}']//p[@class='error-message']")

    def test_what_the_schema_lacks_is_told_above(self, log_in, client, full, anna):
        change_mapping(full, entries=[Entry(ao(f"{ORDER}/erfunden"), Source(SourceKind.CONSTANT, "x"))], by=anna)
        log_in(anna, "certifier")
        assert "erfunden" in text(client.get(self.here(full)))

    def test_optional_parts_are_closed_and_open_by_a_link(self, log_in, client, empty, anna):
        log_in(anna, "certifier")
        closed = ao(f"{POSITION}/unterposition")
        shown = page(client.get(self.here(empty)))
        (link,) = shown.xpath(f"//tr[@id='{closed}']//a[starts-with(@href, '?at=')]/@href")
        inner = page(client.get(self.here(empty) + link))
        assert inner.xpath(f"//tr[@id='{closed}/{closed.split('/')[-1].split('}')[0]}}}betrag']")

    def test_one_suggestion_is_accepted_alone(self, log_in, client, empty, anna):
        log_in(anna, "certifier")
        path = ao(f"{LIST}/haushaltsjahr")
        save(client, self.here(empty), accept=path)
        empty.refresh_from_db()
        assert [entry.path for entry in empty.mapping.entries] == [path]

    def test_nothing_the_schema_lacks_is_taken_from_a_form(self, log_in, client, empty, anna):
        log_in(anna, "certifier")
        bad = {f"source|{path}": "batch:number" for path in ("/x", "nonsense", ao(f"{ORDER}/nix"), "/@x", "/#1")}
        client.post(self.here(empty), {**bad, f"source|{ao(f'{LIST}/haushaltsjahr')}": "shell:rm"})
        empty.refresh_from_db()
        assert empty.mapping.entries == ()

    def test_a_page_that_does_not_exist(self, log_in, client, empty, anna):
        log_in(anna, "certifier")
        assert client.get(f"{self.here(empty)}?at=/nix").status_code == 404
        assert client.get(f"{MAPPINGS}{empty.pk}/place/?path=/nix").status_code == 404
        assert client.get(f"{MAPPINGS}{empty.pk}/place/").status_code == 404

    def test_the_form_stays_below_djangos_limit(self, log_in, client, full, anna, settings):
        log_in(anna, "certifier")
        assert len(form_of(client.get(self.here(full)))) < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS / 2

    def test_queries_do_not_grow_with_the_message(self, log_in, client, full, anna, django_assert_max_num_queries):
        log_in(anna, "certifier")
        client.get(self.here(full))
        with django_assert_max_num_queries(25):
            client.get(self.here(full))


class TestPlace:
    def test_everything_about_a_place_is_kept(self, log_in, client, full, anna):
        log_in(anna, "certifier")
        path = ao(f"{ORDER}/bemerkung")
        data = {
            "source": "posting:booked_on",
            "format": "german",
            "front": "vom ",
            "cut": "20",
            "fallback": "ohne Datum",
            "condition_field": "kind",
            "condition_test": "is",
            "condition_value": "payment",
        }
        client.post(f"{MAPPINGS}{full.pk}/place/?path={path}", data)
        full.refresh_from_db()
        assert full.mapping.at(path) == Entry(
            path,
            Source(SourceKind.POSTING, "booked_on"),
            condition=Condition("kind", Test.IS, "payment"),
            format="german",
            prefix="vom ",
            cut=20,
            fallback="ohne Datum",
        )
        again = page(client.get(f"{MAPPINGS}{full.pk}/place/?path={path}"))
        (form,) = (form for form in again.forms if form.xpath(".//select[@name='source']"))
        assert {name: value for name, value in form.form_values() if name in data} == data

    def test_a_key_of_ones_own(self, log_in, client, full, anna):
        log_in(anna, "certifier")
        path = ao(f"{ORDER}/bemerkung")
        client.post(f"{MAPPINGS}{full.pk}/place/?path={path}", {"extra": "psp"})
        full.refresh_from_db()
        assert full.mapping.at(path).source.value == "extra:psp"

    def test_a_table_line_without_sign_is_refused(self, log_in, client, full, anna):
        log_in(anna, "certifier")
        before = full.mapping
        path = ao(f"{ORDER}/art")
        answer = client.post(
            f"{MAPPINGS}{full.pk}/place/?path={path}", {"source": "posting:kind", "table": "payment AN"}
        )
        assert "payment AN" in text(answer)
        full.refresh_from_db()
        assert full.mapping == before


class TestDryRun:
    def test_yesterdays_postings_beside_the_file(self, log_in, client, full, paid, anna):
        log_in(anna, "auditor")
        shown = text(client.get(f"{MAPPINGS}{full.pk}/dry-run/"))
        assert "24.11.2026" in shown
        assert "57,50" in shown or "37,50" in shown
        assert "&lt;ao:betrag&gt;37.50&lt;/ao:betrag&gt;" in shown
        assert "help-success" in shown

    def test_examples_where_nobody_has_paid_yet(self, log_in, client, full, anna):
        log_in(anna, "certifier")
        shown = text(client.get(f"{MAPPINGS}{full.pk}/dry-run/"))
        assert "2600012345678" in shown
        assert "help-success" in shown

    def test_what_goes_wrong_is_told(self, log_in, client, full, site, paid, anna):
        log_in(anna, "certifier")
        change_mapping(
            full, entries=[Entry(ao(f"{ORDER}/kassenzeichen"), Source(SourceKind.POSTING, "product"))], by=anna
        )
        full.tenant.accounts.update(product="1")
        shown = text(client.get(f"{MAPPINGS}{full.pk}/dry-run/"))
        assert "help-critical" in shown
        assert "kassenzeichen" in shown

    def test_problems_of_the_mapping_come_first(self, log_in, client, empty, anna):
        log_in(anna, "certifier")
        assert "help-critical" in text(client.get(f"{MAPPINGS}{empty.pk}/dry-run/"))

    def test_payments_of_today_wait_for_tomorrow(self, log_in, client, full, paid, anna):
        pay(paid, 1, at=datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=1))
        log_in(anna, "certifier")
        assert "24.11.2026" in text(client.get(f"{MAPPINGS}{full.pk}/dry-run/"))


class TestSharing:
    def test_a_mapping_goes_from_town_to_town(self, log_in, client, full, anna, other_tenant, other_site):
        log_in(anna, "certifier")
        file = client.get(f"{MAPPINGS}{full.pk}/file/")
        assert re.search(r'filename="kasse-1\.json"', file["Content-Disposition"])
        assert json.loads(file.content) == to_json(ORDERS)
        other = anna.__class__.objects.create_user("otto", password="x")
        log_in(other, "portal_admin", at=other_site)
        upload = SimpleUploadedFile("m.json", file.content, "application/json")
        data = {"tenant": other_tenant.pk, "message": f"{full.package_id}|{ORDERS.message}", "name": "Kasse"}
        client.post(f"{MAPPINGS}new/", {**data, "file": upload})
        taken = MappingVersion.objects.get(tenant=other_tenant)
        assert taken.mapping == ORDERS
        assert list(taken.editors.all()) == [other]

    @pytest.mark.parametrize("content", [b"{}", b"PK", json.dumps(to_json(BOOK)).encode()])
    def test_a_file_that_is_none_is_refused(self, log_in, client, tenant, anna, content):
        row = installed()
        log_in(anna, "portal_admin")
        upload = SimpleUploadedFile("m.json", content, "application/json")
        data = {"tenant": tenant.pk, "message": f"{row.pk}|{ORDERS.message}", "name": "x", "file": upload}
        text(client.post(f"{MAPPINGS}new/", data))
        assert not MappingVersion.objects.exists()


def test_every_page_says_where_one_is(log_in, client, full, anna):
    log_in(anna, "portal_admin")
    here = f"{MAPPINGS}{full.pk}/"
    for address in (
        f"{here}map/",
        f"{here}place/?path={ao(f'{LIST}/haushaltsjahr')}",
        f"{here}dry-run/",
        f"{here}submit/",
    ):
        trail = page(client.get(address)).xpath("//*[contains(@class, 'w-breadcrumbs')]//a/@href")
        assert MAPPINGS in trail, address
    for address, above in (
        (f"{MAPPINGS}new/", MAPPINGS),
        ("/admin/xfinanz_schemas/install/", "/admin/xfinanz_schemas/"),
    ):
        assert above in page(client.get(address)).xpath("//*[contains(@class, 'w-breadcrumbs')]//a/@href")


class TestRoles:
    def test_whoever_worked_on_it_is_not_offered_to_release(self, log_in, client, full, anna, bernd):
        submit_mapping(full, by=anna)
        log_in(anna, "certifier")
        log_in(anna, "releaser")
        here = f"{MAPPINGS}{full.pk}/"
        assert "../release/" not in text(client.get(f"{here}map/"))
        client.post(f"{here}release/")
        full.refresh_from_db()
        assert full.state == MappingState.SUBMITTED
        log_in(bernd, "releaser")
        client.post(f"{here}return/")
        full.refresh_from_db()
        assert full.state == MappingState.DRAFT

    def test_an_incomplete_mapping_is_not_submitted(self, log_in, client, empty, anna):
        log_in(anna, "certifier")
        answer = client.post(f"{MAPPINGS}{empty.pk}/submit/", follow=True)
        assert answer.redirect_chain
        empty.refresh_from_db()
        assert empty.state == MappingState.DRAFT

    @pytest.mark.parametrize("role", ["auditor", "releaser"])
    def test_who_may_only_look_changes_nothing(self, log_in, client, full, bernd, role):
        log_in(bernd, role)
        here = f"{MAPPINGS}{full.pk}/"
        shown = page(client.get(f"{here}map/"))
        assert not shown.xpath("//select[starts-with(@name, 'source')]")
        before = full.mapping
        for address in ("map/", f"place/?path={ao(f'{LIST}/haushaltsjahr')}"):
            client.post(here + address, {f"source|{ao(f'{LIST}/haushaltsjahr')}": "", "source": ""})
        for step in ("submit/", "discard/", "copy/"):
            client.post(here + step)
        full.refresh_from_db()
        assert (full.mapping, full.state, MappingVersion.objects.count()) == (before, MappingState.DRAFT, 1)

    def test_an_active_mapping_is_shown_and_copied_but_not_changed(self, log_in, client, full, anna, bernd):
        release_mapping(submit_mapping(full, by=anna), by=bernd)
        log_in(anna, "certifier")
        here = f"{MAPPINGS}{full.pk}/"
        assert not page(client.get(f"{here}map/")).xpath("//select[starts-with(@name, 'source')]")
        client.post(f"{here}map/", {f"source|{ao(f'{LIST}/haushaltsjahr')}": ""})
        client.post(f"{here}discard/")
        full.refresh_from_db()
        assert full.mapping == ORDERS
        text(client.post(f"{here}copy/", {"package": full.package_id}, follow=True))
        assert MappingVersion.objects.get(number=2).state == MappingState.DRAFT

    def test_the_neighbour_sees_none_of_it(self, log_in, client, full, other_site, other_tenant, anna, bernd):
        for role in ("certifier", "releaser", "portal_admin", "auditor"):
            log_in(bernd, role, at=other_site)
        assert "Kasse (1)" not in text(client.get(MAPPINGS))
        pages = ["map/", "place/", "dry-run/", "file/", "submit/", "release/", "return/", "copy/", "discard/"]
        for address in pages:
            assert client.get(f"{MAPPINGS}{full.pk}/{address}").status_code == 404, address
            assert client.post(f"{MAPPINGS}{full.pk}/{address}").status_code in (404, 405), address
        assert client.get(f"{MAPPINGS}history/{full.pk}/").status_code == 404
        data = {"tenant": full.tenant_id, "message": f"{full.package_id}|{ORDERS.message}", "name": "x"}
        client.post(f"{MAPPINGS}new/", data)
        assert MappingVersion.objects.count() == 1

    def test_there_is_no_other_form(self, admin_client, full):
        for address in (f"edit/{full.pk}/", f"delete/{full.pk}/", f"copy/{full.pk}/", f"inspect/{full.pk}/"):
            assert admin_client.get(MAPPINGS + address).status_code == 404


class TestFindingOnesWay:
    def here(self, row):
        return f"{MAPPINGS}{row.pk}/map/"

    def test_every_problem_is_listed_with_a_link_to_its_place(self, log_in, client, empty, anna):
        log_in(anna, "certifier")
        shown = page(client.get(self.here(empty)))
        rows = set(shown.xpath("//tr/@id"))
        links = [unquote(link.removeprefix("#")) for link in shown.xpath("//*[@id='check']//a/@href")]
        problems = [found for found in plan_of(empty).findings if found.is_problem]
        assert len(links) == len(problems)
        assert set(links) <= rows

    def test_a_text_typed_without_choosing_is_a_fixed_text(self, log_in, client, empty, anna):
        log_in(anna, "certifier")
        path = ao(f"{LIST}/@produkt")
        save(client, self.here(empty), {f"text|{path}": "Portal"})
        empty.refresh_from_db()
        assert empty.mapping.at(path).source == Source(SourceKind.CONSTANT, "Portal")
        save(client, self.here(empty), {f"source|{path}": "batch:name", f"text|{path}": ""})
        save(client, self.here(empty), {f"text|{path}": "Amt"})
        empty.refresh_from_db()
        assert empty.mapping.at(path).source == Source(SourceKind.CONSTANT, "Amt")
        save(client, self.here(empty), {f"source|{path}": ""})
        empty.refresh_from_db()
        assert empty.mapping.at(path) is None

    def test_after_saving_one_is_where_one_was(self, log_in, client, empty, anna):
        log_in(anna, "certifier")
        path = ao(f"{LIST}/@produkt")
        data = {**form_of(client.get(self.here(empty))), f"text|{path}": "Portal"}
        assert client.post(self.here(empty), data)["Location"].endswith("#" + quote(path, safe=""))

    def test_the_page_of_a_place_leads_back_to_its_row(self, log_in, client, full, anna):
        log_in(anna, "certifier")
        at, path = ao(ORDER), ao(f"{ORDER}/bemerkung")
        shown = page(client.get(self.here(full), {"at": at}))
        (more,) = shown.xpath(f"//tr[@id='{path}']//a[starts-with(@href, '../place/')]/@href")
        more = urljoin(self.here(full), more)
        place = client.get(more)
        back = f"?{urlencode({'at': at})}#{quote(path, safe='')}"
        assert [link for link in page(place).xpath("//form//a/@href") if link.endswith(back)]
        saved = client.post(more, {"source": "posting:reason"})
        assert saved["Location"].endswith(back)

    def test_values_are_offered_and_explained(self, log_in, client, full, anna):
        log_in(anna, "certifier")
        path = ao(f"{ORDER}/art")
        place = text(client.get(f"{MAPPINGS}{full.pk}/place/?path={quote(path)}"))
        assert "<code>AN</code>" in place
        assert f"refund ({PostingKind.REFUND.label})" in place
        shown = page(client.get(self.here(full)))
        assert "AN" in shown.xpath(f"//tr[@id='{path}']//datalist/option/@value")

    def test_a_part_of_messages_can_be_a_message(self, log_in, client, tenant, anna):
        log_in(anna, "portal_admin")
        row = installed()
        new, tree = f"{MAPPINGS}new/", load_schema(row).tree
        short = page(client.get(new)).xpath("//select[@name='message']//option/@value")
        assert short == [f"{row.pk}|{name}" for name in tree.messages]
        part = next(name for name in tree.elements if name not in tree.messages)
        shown = page(client.get(f"/admin/xfinanz_schemas/{row.pk}/tree/", {"path": f"/{part}"}))
        (link,) = shown.xpath("//a[contains(@href, 'xfinanz_mappings/new')]/@href")
        wanted = f"{row.pk}|{part}"
        assert page(client.get(link)).xpath("//select[@name='message']//option[@selected]/@value") == [wanted]
        client.post(new, {"tenant": tenant.pk, "message": wanted, "name": "Teil"})
        assert MappingVersion.objects.get().mapping.message == part


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


@pytest.mark.parametrize("name", ["kassenbuch", "xfinanz"])
def test_who_releases_is_told_if_the_tenant_writes_something_else(log_in, client, full, anna, bernd, name):
    FinanceTenant.objects.filter(pk=full.tenant_id).update(default_format=name)
    submit_mapping(full, by=anna)
    log_in(bernd, "releaser")
    done = client.post(f"{MAPPINGS}{full.pk}/release/", follow=True)
    (told,) = (message.level_tag for message in get_messages(done.wsgi_request))
    assert told == ("success" if name == "xfinanz" else "warning")
