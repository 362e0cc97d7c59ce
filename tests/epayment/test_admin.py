from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from wagtail.models import GroupSitePermission

from tests.epayment.conftest import SECRET
from wagtail_epayment.models import LedgerEntry, PaymentContract, PaymentOrder, ProviderMessage
from wagtail_epayment.roles import ROLE_PERMISSIONS

pytestmark = pytest.mark.django_db

EDIT = "/admin/snippets/wagtail_epayment/paymentcontract/edit/{}/"
ADD = "/admin/snippets/wagtail_epayment/paymentcontract/add/"
LISTS = ["/admin/epayment_orders/", "/admin/epayment_ledger/", "/admin/epayment_messages/"]


@pytest.fixture
def staff(client):
    def log_in(site, role):
        group = Group.objects.create(name=f"{site.site_name}: {role}")
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        for name in ROLE_PERMISSIONS[role]:
            app, codename = name.split(".")
            permission = Permission.objects.get(content_type__app_label=app, codename=codename)
            GroupSitePermission.objects.create(group=group, site=site, permission=permission)
        user = User.objects.create_user(f"{role}-{site.pk}")
        user.groups.add(group)
        client.force_login(user)
        return client

    return log_in


def records():
    return [
        ("epayment_orders", PaymentOrder.objects.get()),
        ("epayment_ledger", LedgerEntry.objects.get()),
        ("epayment_messages", ProviderMessage.objects.get()),
    ]


def test_the_cash_office_follows_a_payment_from_order_to_cent(under_way, order, site, staff):
    under_way.says()
    page = staff(site, "certifier").get(f"/admin/epayment_orders/inspect/{order.pk}/").content.decode()
    for seen in [order.reference, "Abholung je Stück", under_way.attempt.merchant_tx_id, "tr_1", "57,50", "bezahlt"]:
        assert seen in page


def test_messages_are_shown_without_what_identifies_a_payer(under_way, order, site, staff):
    under_way.says(iban="DE02120300000000202051", payer={"name": "Erika Mustermann", "amount": 5750})
    message = ProviderMessage.objects.get()
    staff(site, "auditor")
    for address in [f"epayment_orders/inspect/{order.pk}/", f"epayment_messages/inspect/{message.pk}/"]:
        page = under_way.client.get(f"/admin/{address}").content.decode()
        assert "payer.name" in page
        assert "•••" in page
        assert "DE0212" not in page
        assert "Mustermann" not in page


@pytest.mark.parametrize("role", ["certifier", "releaser", "auditor"])
def test_staff_of_a_town_see_its_records_and_no_others(under_way, site, other_site, staff, role):
    under_way.says()
    client = staff(site, role)
    for name, row in records():
        assert row_title(row) in client.get(f"/admin/{name}/").content.decode()
        assert client.get(f"/admin/{name}/inspect/{row.pk}/").status_code == 200
    client = staff(other_site, role)
    for name, row in records():
        page = client.get(f"/admin/{name}/")
        assert page.status_code == 200
        assert row_title(row) not in page.content.decode()
        assert client.get(f"/admin/{name}/inspect/{row.pk}/").status_code == 404


def row_title(row):
    return row.order.reference if isinstance(row, LedgerEntry) else getattr(row, "reference", "sandbox")


@pytest.mark.parametrize("role", ["clerk", "editor"])
def test_who_has_no_business_with_money_sees_none(under_way, site, staff, role):
    client = staff(site, role)
    for address in LISTS:
        assert client.get(address).status_code in {302, 403}


def test_nobody_edits_records_not_even_a_superuser(under_way, admin_client):
    under_way.says()
    for name, row in records():
        page = admin_client.get(f"/admin/{name}/").content.decode()
        assert f"/admin/{name}/new/" not in page
        for verb in [f"edit/{row.pk}", f"delete/{row.pk}", "new", f"copy/{row.pk}", f"history/{row.pk}"]:
            assert admin_client.get(f"/admin/{name}/{verb}/").status_code == 404
            assert admin_client.post(f"/admin/{name}/{verb}/", {}).status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_orders_go_into_a_spreadsheet(under_way, order, admin_client, kind):
    answer = admin_client.get(f"/admin/epayment_orders/?export={kind}")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert kind == "xlsx" or order.reference in content.decode()


def test_a_list_of_orders_costs_the_same_for_one_and_many(
    order, site, contract, admin_client, django_assert_max_num_queries, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from wagtail_epayment.flows import NewItem, create_order

    admin_client.get("/admin/epayment_orders/")
    with CaptureQueriesContext(connection) as few:
        admin_client.get("/admin/epayment_orders/")
    for number in range(15):
        create_order(site=site, purpose=f"P{number}", items=[NewItem(label="x", unit_cents=1)])
    with django_assert_max_num_queries(len(few)):
        admin_client.get("/admin/epayment_orders/")


def form(site, **changes):
    return {
        "site": site.pk,
        "provider": "sandbox",
        "label": "Onlinezahlung",
        "is_active": "on",
        "options": "{}",
        "new_secret_merchant_id": "",
        "new_secret_secret": "",
    } | changes


def test_a_contract_is_made_with_its_secrets(site, staff):
    answer = staff(site, "portal_admin").post(
        ADD, form(site, new_secret_merchant_id="m-1", new_secret_secret="topsecret-1")
    )
    assert answer.status_code == 302, answer.content.decode()
    assert PaymentContract.objects.get().credentials == {"merchant_id": "m-1", "secret": "topsecret-1"}


def test_a_contract_without_its_secrets_is_refused_and_what_was_typed_is_not_shown(site, staff):
    answer = staff(site, "portal_admin").post(ADD, form(site, new_secret_secret="topsecret-1"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Dieser Anbieter braucht diese Angabe" in page
    assert "topsecret-1" not in page


def test_a_saved_secret_is_kept_when_its_field_stays_empty(contract, site, staff):
    client = staff(site, "portal_admin")
    page = client.get(EDIT.format(contract.pk)).content.decode()
    assert SECRET not in page
    assert "Ist hinterlegt" in page
    client.post(EDIT.format(contract.pk), form(site, label="Neu", new_secret_merchant_id="m-2"))
    contract.refresh_from_db()
    assert contract.label == "Neu"
    assert contract.credentials == {"merchant_id": "m-2", "secret": SECRET}


def test_another_towns_contract_does_not_exist(contract, other_site, staff):
    client = staff(other_site, "portal_admin")
    assert client.get(EDIT.format(contract.pk)).status_code == 404
    assert contract.label not in client.get("/admin/snippets/wagtail_epayment/paymentcontract/").content.decode()


def test_the_secret_is_nowhere_in_the_database_as_text(contract):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM wagtail_epayment_paymentcontract")
        assert SECRET not in str(cursor.fetchall())


def test_the_menu_has_one_place_for_payments(admin_client):
    page = admin_client.get("/admin/").content.decode().replace("\\u00e4", "ä")
    for label in ["Zahlungen", "Zahlungsaufträge", "Zahlungsjournal", "Meldungen der Anbieter", "Verträge"]:
        assert label in page
