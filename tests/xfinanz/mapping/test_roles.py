"""Who may see, change and release a mapping."""

from __future__ import annotations

import pytest

from tests.xfinanz.mapping.pages import MAPPINGS, page, text
from tests.xfinanz.mapping.samples import LIST, ORDERS, ao
from wagtail_xfinanz.flows import (
    release_mapping,
    submit_mapping,
)
from wagtail_xfinanz.models import MappingState, MappingVersion

pytestmark = pytest.mark.django_db


def test_whoever_worked_on_it_is_not_offered_to_release(log_in, client, full, anna, bernd):
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


def test_an_incomplete_mapping_is_not_submitted(log_in, client, empty, anna):
    log_in(anna, "certifier")
    answer = client.post(f"{MAPPINGS}{empty.pk}/submit/", follow=True)
    assert answer.redirect_chain
    empty.refresh_from_db()
    assert empty.state == MappingState.DRAFT


@pytest.mark.parametrize("role", ["auditor", "releaser"])
def test_who_may_only_look_changes_nothing(log_in, client, full, bernd, role):
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


def test_an_active_mapping_is_shown_and_copied_but_not_changed(log_in, client, full, anna, bernd):
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


def test_the_neighbour_sees_none_of_it(log_in, client, full, other_site, other_tenant, anna, bernd):
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


def test_there_is_no_other_form(admin_client, full):
    for address in (f"edit/{full.pk}/", f"delete/{full.pk}/", f"copy/{full.pk}/", f"inspect/{full.pk}/"):
        assert admin_client.get(MAPPINGS + address).status_code == 404


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


def test_two_clicks_begin_one_draft(log_in, client, full, anna, bernd):
    release_mapping(submit_mapping(full, by=anna), by=bernd)
    log_in(anna, "certifier")
    begin = {"tenant": full.tenant_id, "message": f"{full.package_id}|{ORDERS.message}", "name": "Neu"}
    addresses = [
        [client.post(address, data)["Location"] for _click in range(2)]
        for address, data in ((f"{MAPPINGS}new/", begin), (f"{MAPPINGS}{full.pk}/copy/", {"package": full.package_id}))
    ]
    assert all(first == second for first, second in addresses)
    assert MappingVersion.objects.count() == 3
