"""What is set up once in the admin: tenants, number ranges, posting accounts."""

from __future__ import annotations

import pytest

from tests.xfinanz.factories import account, number_range
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.models import FinanceTenant, KassenzeichenRange, PostingAccount

pytestmark = pytest.mark.django_db
BATCHES = "/admin/xfinanz_batches/"


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_portal_admin_sets_up_tenant_range_and_account(log_in, client, site, anna):
    log_in(anna, "portal_admin")
    tenant = {"site": site.pk, "name": "Stadt", "number": "12", "default_format": "csv", "is_active": "on"}
    tenant["repertoire"] = "datatypeC"
    text(client.post("/admin/xfinanz_tenants/new/", tenant, follow=True))
    made = FinanceTenant.objects.get()
    assert str(made) in text(client.get("/admin/xfinanz_ranges/new/"))
    numbers = {
        "tenant": made.pk,
        "prefix": "26",
        "total_length": 13,
        "counter_start": 100,
        "counter_maximum": 99999,
        "algorithm": "bundesbank_01",
        "warn_at": 10,
        "is_active": "on",
    }
    text(client.post("/admin/xfinanz_ranges/new/", numbers, follow=True))
    assert KassenzeichenRange.objects.get().counter_next == 100
    booked = {
        "tenant": made.pk,
        "key": "sperrgut",
        "label": "Sperrgut",
        "account": "4321",
        "valid_from": "2026-01-01",
    }
    text(client.post("/admin/snippets/wagtail_xfinanz/postingaccount/add/", booked, follow=True))
    assert PostingAccount.objects.get().account == "4321"
    assert "sperrgut" in text(client.get("/admin/snippets/wagtail_xfinanz/postingaccount/"))


def test_nobody_configures_the_neighbours(log_in, client, tenant, other_tenant, anna):
    log_in(anna, "portal_admin")
    booked = {"tenant": other_tenant.pk, "key": "x", "label": "x", "account": "1", "valid_from": "2026-01-01"}
    text(client.post("/admin/snippets/wagtail_xfinanz/postingaccount/add/", booked))
    assert not other_tenant.accounts.filter(key="x").exists()


def test_a_range_in_use_keeps_its_numbers(log_in, client, tenant, site, anna):
    numbers = number_range(tenant)
    create_order(site=site, purpose="x", items=[NewItem("x", 100)])
    log_in(anna, "portal_admin")
    data = {
        "tenant": tenant.pk,
        "prefix": "27",
        "total_length": 8,
        "counter_start": 1,
        "counter_maximum": 99999,
        "algorithm": numbers.algorithm,
        "warn_at": 10,
        "is_active": "on",
    }
    page = text(client.post(f"/admin/xfinanz_ranges/edit/{numbers.pk}/", data))
    assert "bereits Kassenzeichen vergeben" in page
    client.post(f"/admin/xfinanz_ranges/edit/{numbers.pk}/", data | {"prefix": "26"})
    numbers.refresh_from_db()
    assert (numbers.warn_at, numbers.counter_next) == (10, 2)


def test_accounts_of_one_key_do_not_overlap(log_in, client, tenant, anna):
    account(tenant, "neu", valid_from="2026-01-01")
    log_in(anna, "portal_admin")
    booked = {"tenant": tenant.pk, "key": "neu", "label": "x", "account": "1", "valid_from": "2026-06-01"}
    page = text(client.post("/admin/snippets/wagtail_xfinanz/postingaccount/add/", booked))
    assert "andere Buchungsstelle mit diesem Schlüssel" in page
