"""What certifiers, releasers and auditors see of days and traces in the admin, and what they do not."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import GroupSitePermission, ModelLogEntry

from tests.xfinanz.closing.conftest import TUESDAY, WEDNESDAY
from tests.xfinanz.factories import join_role, pay, released
from wagtail_epayment.flows import NewItem, create_order
from wagtail_epayment.roles import ROLE_PERMISSIONS as PAYMENT_ROLES
from wagtail_xfinanz.admin.dashboard import ClosingPanel
from wagtail_xfinanz.flows import export, prepare_day
from wagtail_xfinanz.models import DailyClosing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thursday")]
DAYS = reverse("xfinanz_closings:index")


@pytest.fixture
def works(client, anna, bernd, site):
    """Logs a person in with a role of the commune, in payments and in bookkeeping."""

    def log_in(user, role, site=site):
        join_role(user, role, site)
        group = Group.objects.get(name=f"{site.site_name}: {role}")
        for name in PAYMENT_ROLES[role]:
            app, codename = name.split(".")
            permission = Permission.objects.get(codename=codename, content_type__app_label=app)
            GroupSitePermission.objects.get_or_create(group=group, site=site, permission=permission)
        client.force_login(user)
        return client

    return log_in


def of(tenant, day, step="day"):
    return reverse(f"xfinanz_closings:{step}", args=[tenant.pk, day.isoformat()])


def seen(page):
    """The closing whose figures a page shows."""
    return re.search(r'name="closing" value="(\d+)"', page)[1]


def test_nobody_signs_figures_they_have_not_seen(works, tenant, paid, anna, bernd):
    prepare_day(tenant, day=TUESDAY, by=anna, note="x")
    client = works(bernd, "releaser")
    page = client.get(of(tenant, TUESDAY)).content.decode()
    prepare_day(tenant, day=TUESDAY, by=anna, note="doch anders")
    client.post(of(tenant, TUESDAY, "sign"), {"closing": seen(page)})
    assert DailyClosing.objects.get().state == "prepared"
    page = client.get(of(tenant, TUESDAY)).content.decode()
    client.post(of(tenant, TUESDAY, "sign"), {"closing": seen(page)})
    assert DailyClosing.objects.get().state == "signed"


def test_a_note_stays_typed_if_the_day_cannot_be_prepared(works, tenant, paid, anna):
    client = works(anna, "certifier")
    again = client.post(of(tenant, WEDNESDAY, "prepare"), {"note": "Lange Erklärung"})
    assert again.status_code == 422
    assert "Lange Erklärung</textarea>" in again.content.decode()
    assert not DailyClosing.objects.exists()


def test_two_people_close_a_day_in_the_admin(works, tenant, paid, anna, bernd):
    client = works(anna, "certifier")
    page = client.get(of(tenant, TUESDAY)).content.decode()
    assert paid.reference in page
    assert reverse("epayment_ledger:inspect", args=[paid.entries.get().pk]) in page
    client.post(of(tenant, TUESDAY, "prepare"), {"note": ""})
    assert not DailyClosing.objects.exists()
    client.post(of(tenant, TUESDAY, "prepare"), {"note": "Wird morgen gesammelt."})
    assert of(tenant, TUESDAY, "sign") not in client.get(of(tenant, TUESDAY)).content.decode()
    assert client.post(of(tenant, TUESDAY, "sign")).status_code == 302
    assert DailyClosing.objects.get().state == "prepared"
    client = works(bernd, "releaser")
    page = client.get(of(tenant, TUESDAY)).content.decode()
    assert "Wird morgen gesammelt." in page
    assert of(tenant, TUESDAY, "sign") in page
    client.post(of(tenant, TUESDAY, "sign"), {"closing": seen(page)})
    assert DailyClosing.objects.get().signed_by == bernd
    assert client.get(of(tenant, TUESDAY, "pdf")).content == bytes(DailyClosing.objects.get().pdf)
    actions = set(ModelLogEntry.objects.values_list("action", flat=True))
    assert {"wagtail_xfinanz.prepare_day", "wagtail_xfinanz.sign_day"} <= actions


def test_the_list_shows_open_days_and_a_prepared_one_can_be_opened_again(works, tenant, anna):
    prepare_day(tenant, day=TUESDAY, by=anna)
    client = works(anna, "certifier")
    page = client.get(DAYS).content.decode()
    assert of(tenant, TUESDAY) in page
    assert of(tenant, WEDNESDAY) in page
    client.post(of(tenant, TUESDAY, "take-back"))
    assert not DailyClosing.objects.exists()


@pytest.mark.parametrize("step", ["prepare", "sign", "take-back"])
def test_an_auditor_looks_and_changes_nothing(works, tenant, anna, bernd, step):
    prepare_day(tenant, day=TUESDAY, by=anna)
    client = works(bernd, "auditor")
    assert client.get(of(tenant, TUESDAY)).status_code == 200
    assert client.post(of(tenant, TUESDAY, step), {"note": "x"}).status_code in (302, 403)
    assert DailyClosing.objects.get().state == "prepared"


@pytest.mark.parametrize("step", ["day", "pdf", "prepare", "sign", "take-back"])
def test_the_neighbours_days_do_not_exist(works, tenant, other_tenant, anna, step):
    client = works(anna, "certifier")
    act = client.get if step in ("day", "pdf") else client.post
    assert act(of(other_tenant, TUESDAY, step)).status_code == 404
    assert of(other_tenant, TUESDAY) not in client.get(DAYS).content.decode()


@pytest.mark.parametrize("day", ["2026-13-45", "morgen"])
def test_a_day_that_is_none_does_not_exist(works, tenant, anna, day):
    client = works(anna, "certifier")
    assert client.get(f"{DAYS}{tenant.pk}/{day}/").status_code == 404


def test_the_list_needs_as_many_queries_for_many_days_as_for_one(works, tenant, anna, bernd, settings):
    client = works(anna, "certifier")

    def counted():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(DAYS).status_code == 200
        return len(queries)

    counted()
    few = counted()
    for day in (TUESDAY, WEDNESDAY):
        prepare_day(tenant, day=day, by=anna)
    assert counted() == few


def panel(user):
    request = RequestFactory().get("/admin/")
    request.user = user
    return ClosingPanel().render_html({"request": request})


def test_the_dashboard_names_days_nobody_has_closed(works, tenant, other_tenant, anna, bernd, django_user_model):
    works(anna, "certifier")
    html = panel(django_user_model.objects.get(pk=anna.pk))
    assert DAYS in html
    assert "24.11.2026" in html
    assert other_tenant.name not in html
    assert panel(bernd) == ""


def test_a_cent_is_followed_from_the_click_to_the_file_and_back(works, tenant, paid, anna, bernd, later):
    batch = released(tenant, anna, bernd, cut_off=later)[0]
    export(batch, file_format="kassenbuch", by=bernd)
    prepare_day(tenant, day=TUESDAY, by=anna, note="x")
    client = works(bernd, "auditor")
    entry = paid.entries.get()
    record = batch.postings.first()
    page = client.get(reverse("xfinanz_audit:order", args=[paid.pk])).content.decode()
    for address in (
        reverse("epayment_orders:inspect", args=[paid.pk]),
        reverse("epayment_attempts:inspect", args=[entry.attempt_id]),
        reverse("epayment_ledger:inspect", args=[entry.pk]),
        reverse("xfinanz_batches:inspect", args=[batch.pk]),
        reverse("xfinanz_batches:file", args=[batch.pk, "kassenbuch"]),
        of(tenant, TUESDAY),
    ):
        assert f'href="{address}"' in page
    assert batch.files.get(format="kassenbuch").sha256 in page
    back = client.get(reverse("xfinanz_audit:posting", args=[record.pk]))
    assert back.url.endswith(f"{paid.pk}/#posting-{record.pk}")
    assert client.get(reverse("xfinanz_audit:entry", args=[entry.pk])).url.endswith(f"#entry-{entry.pk}")
    of_order = client.get(reverse("epayment_orders:inspect", args=[paid.pk])).content.decode()
    assert reverse("xfinanz_audit:order", args=[paid.pk]) in of_order
    of_batch = client.get(reverse("xfinanz_batches:inspect", args=[batch.pk])).content.decode()
    assert reverse("xfinanz_audit:posting", args=[record.pk]) in of_batch


def test_the_search_finds_by_everything_people_have_in_hand(works, tenant, site, paid, anna):
    client = works(anna, "auditor")
    entry = paid.entries.get()
    other = create_order(site=site, purpose="x", items=[NewItem(label="x", unit_cents=100)])
    found = f'href="{reverse("xfinanz_audit:order", args=[paid.pk])}"'
    for query in (
        {"q": paid.reference},
        {"q": f" {entry.provider_ref} "},
        {"q": entry.attempt.merchant_tx_id},
        {"amount": "57,50", "day": "2026-11-24"},
        {"amount": "57.50"},
    ):
        page = client.get(reverse("xfinanz_audit:index"), query).content.decode()
        assert found in page, query
        assert str(other.pk) not in page
    for query in ({"q": "gibt es nicht"}, {"amount": "57,51"}, {"amount": "viel"}, {"day": "2026-11-23"}, {}):
        assert found not in client.get(reverse("xfinanz_audit:index"), query).content.decode(), query


def test_the_trace_needs_as_many_queries_for_many_movements_as_for_one(works, tenant, order, anna):
    client = works(anna, "auditor")
    address = reverse("xfinanz_audit:order", args=[order.pk])

    def counted():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    pay(order, 100)
    counted()
    one = counted()
    for _ in range(5):
        pay(order, 100)
    assert counted() == one


def test_the_neighbours_money_leaves_no_trace(works, tenant, other_tenant, other_site, anna):
    foreign = create_order(site=other_site, purpose="Geheim", items=[NewItem(label="x", unit_cents=5750)])
    entry = pay(foreign, 5750)
    client = works(anna, "auditor")
    assert client.get(reverse("xfinanz_audit:order", args=[foreign.pk])).status_code == 404
    assert client.get(reverse("xfinanz_audit:entry", args=[entry.pk])).status_code == 404
    page = client.get(reverse("xfinanz_audit:index"), {"amount": "57,50"}).content.decode()
    assert foreign.reference not in page
