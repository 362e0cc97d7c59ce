"""An operator maps a schema nobody has seen: everything in the admin, nothing in code."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.xfinanz.factories import released
from tests.xfinanz.mapping.pages import MAPPINGS, installed, page, save, text
from tests.xfinanz.mapping.samples import BOOK, BOOKING, LIST, ORDER, ao, ledger
from tests.xfinanz.mapping.test_suggestions import head_of_ao
from tests.xfinanz.schemas.zips import package, zipped
from wagtail_xfinanz.flows import (
    create_mapping,
    install_schema,
    load_schema,
    submit_mapping,
)
from wagtail_xfinanz.mapping import Mapping, Repeat
from wagtail_xfinanz.models import FinanceTenant, MappingState, MappingVersion

pytestmark = pytest.mark.django_db


def test_from_the_package_to_the_file(log_in, client, site, tenant, paid, anna, bernd, later):
    """By suggestions, four texts and one table."""
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


def test_a_part_of_messages_can_be_a_message(log_in, client, tenant, anna):
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


@pytest.mark.parametrize("name", ["kassenbuch", "xfinanz"])
def test_who_releases_is_told_if_the_tenant_writes_something_else(log_in, client, full, anna, bernd, name):
    FinanceTenant.objects.filter(pk=full.tenant_id).update(default_format=name)
    submit_mapping(full, by=anna)
    log_in(bernd, "releaser")
    done = client.post(f"{MAPPINGS}{full.pk}/release/", follow=True)
    (told,) = (message.level_tag for message in get_messages(done.wsgi_request))
    assert told == ("success" if name == "xfinanz" else "warning")
