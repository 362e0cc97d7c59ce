from __future__ import annotations

import pytest

from wagtail_epayment.models import LedgerEntry, PaymentOrder, ProviderMessage

pytestmark = pytest.mark.django_db

LISTS = ["/admin/epayment_orders/", "/admin/epayment_ledger/", "/admin/epayment_messages/"]


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


def test_the_menu_has_one_place_for_payments(admin_client):
    page = admin_client.get("/admin/").content.decode().replace("\\u00e4", "ä")
    for label in ["Zahlungen", "Zahlungsaufträge", "Zahlungsjournal", "Meldungen der Anbieter", "Verträge"]:
        assert label in page


def test_what_did_not_fit_is_said_in_the_officers_language(under_way, site, staff):
    under_way.says(amount_cents=1)
    message = ProviderMessage.objects.get()
    assert message.discrepancy.startswith("It says")
    client = staff(site, "certifier")
    for address in [
        "epayment_messages/",
        f"epayment_messages/inspect/{message.pk}/",
        f"epayment_attempts/inspect/{under_way.attempt.pk}/",
    ]:
        page = client.get(f"/admin/{address}").content.decode()
        assert "Der Anbieter nennt einen anderen Betrag" in page
        assert "It says" not in page
