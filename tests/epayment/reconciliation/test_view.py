from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.models import GroupSitePermission

from example_site.bank_statement import Statement, credit
from tests.epayment.reconciliation.conftest import HEAD, clock, days_ago, line
from wagtail_epayment.models import Decision, LedgerEntry, SettlementReport
from wagtail_epayment.roles import ROLE_PERMISSIONS
from wagtail_epayment.settlements.registry import formats

pytestmark = pytest.mark.django_db

BASE = "/admin/epayment_reconciliation/"


@pytest.fixture
def staff(client):
    """Logs somebody in who has a role in a commune."""

    def log_in(site, role="certifier"):
        group = Group.objects.create(name=f"{site.site_name}: {role}")
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        for name in ROLE_PERMISSIONS[role]:
            app, codename = name.split(".")
            permission = Permission.objects.get(content_type__app_label=app, codename=codename)
            GroupSitePermission.objects.create(group=group, site=site, permission=permission)
        user = User.objects.create_user(f"{role}-{site.pk}", first_name="Karla", last_name="Kasse")
        user.groups.add(group)
        client.force_login(user)
        return client

    return log_in


def page(client, **query):
    response = client.get(BASE, {"first": "2026-01-01", "last": "2099-12-31", **query})
    assert response.status_code == 200
    return response.content.decode()


def counts(client):
    """Rows and open rows of every class, as they stand on the screen."""
    found = re.findall(
        r'row_class=(\w+)[^"]*#rows">[^<]*</a></th>\s*<td[^>]*>(\d+)</td>\s*<td[^>]*>(?:<strong>)?([\d–]+)',
        page(client),
    )
    return {name: (int(rows), int(is_open) if is_open.isdigit() else 0) for name, rows, is_open in found}


def test_every_class_has_its_rows_and_each_row_its_explanation(town, site, staff):
    settled = town.paid()
    with clock(days_ago(30)):
        missing = town.paid()
    waiting = town.paid()
    differing = town.attempt()
    imported = town.reports(
        f"t1;57.50;{settled.attempt.merchant_tx_id};;20.11.2026;payment",
        "t2;9.99;andere-firma;;20.11.2026;payment",
        f"t3;50.00;{differing.merchant_tx_id};;20.11.2026;payment",
        "t4;-0.35;;;20.11.2026;fee",
        "t5;-117.14;;;21.11.2026;payout",
        "total;0.01;;;;",
    )
    client = staff(site)
    assert counts(client) == {
        "unknown": (1, 1), "amount_differs": (1, 1), "not_settled": (1, 1), "messages": (0, 0), "reports": (1, 1),
        "settled": (1, 0), "refunded": (0, 0), "charged_back": (0, 0), "fees": (1, 0), "waiting": (1, 0),
        "payouts": (1, 0), "again": (0, 0), "aside": (0, 0),
    }  # fmt: skip
    assert missing.order.reference in page(client, row_class="not_settled")
    assert waiting.order.reference in page(client, row_class="waiting")
    differs = page(client, row_class="amount_differs")
    for seen in [
        "50,00",
        "57,50",
        "-7,50",
        differing.order.reference,
        f"/admin/epayment_orders/inspect/{differing.order_id}/",
    ]:
        assert seen in differs
    assert imported.reports[0].sha256 in client.get(f"{BASE}report/{imported.reports[0].pk}/").content.decode()


def test_a_clerk_imports_a_report_and_sees_what_it_brought(town, site, staff):
    entry = town.paid()
    client = staff(site)
    assert client.get(f"{BASE}import/").content.decode().count(f"{BASE}import/") == len([*formats])
    form = client.get(f"{BASE}import/csv/").content.decode()
    assert 'name="option-column_amount"' in form
    answer = upload(client, town, f"t1;57.50;{entry.attempt.merchant_tx_id};;20.11.2026;payment")
    assert answer.status_code == 302, answer.content.decode()
    report = SettlementReport.objects.get()
    assert answer.url == f"{BASE}report/{report.pk}/"
    assert report.imported_by.last_name == "Kasse"
    again = upload(client, town, f"t1;57.50;{entry.attempt.merchant_tx_id};;20.11.2026;payment")
    assert again.status_code == 302
    assert SettlementReport.objects.count() == 1


def upload(client, town, *rows, **changes):
    file = SimpleUploadedFile("report.csv", (HEAD + "\n".join(rows)).encode())
    initial = {
        "option-column_key": "id", "option-column_amount": "amount", "option-column_merchant_tx_id": "merchant_tx_id",
        "option-column_reference": "reference", "option-column_booked_on": "date", "option-column_kind": "kind",
        "option-words_payment": "payment", "option-decimal": ".", "option-currency": "EUR",
        "contract": town.contract.pk,
    }  # fmt: skip
    return client.post(f"{BASE}import/csv/", {**initial, "file": file, **changes})


def test_a_bad_line_is_named_at_the_file_and_a_missing_column_as_well(town, site, staff):
    client = staff(site)
    answer = upload(client, town, "t1;zwölf;;;20.11.2026;payment")
    assert answer.status_code == 422
    assert "zwölf" in answer.content.decode()
    answer = upload(client, town, "t1;1.00;;;20.11.2026;payment", **{"option-column_amount": "Betrag"})
    assert answer.status_code == 422
    assert "Betrag" in answer.content.decode()
    assert not SettlementReport.objects.exists()


def test_a_decision_has_a_person_a_time_and_a_reason(town, site, staff):
    town.reports("t1;9.99;fremd;;20.11.2026;payment")
    client = staff(site)
    address = f"{BASE}line/{line().pk}/"
    assert client.post(address, {"kind": "close", "reason": " "}).status_code == 422
    assert client.post(address, {"kind": "close", "reason": "Zahlung der Bücherei"}).status_code == 302
    decision = Decision.objects.get()
    assert (decision.decided_by.last_name, decision.reason) == ("Kasse", "Zahlung der Bücherei")
    assert "Zahlung der Bücherei" in client.get(address).content.decode()
    assert counts(client)["unknown"] == (1, 0)
    assert "fremd" not in page(client, row_class="unknown", only_open="on")
    client.post(address, {"kind": "investigate", "reason": "Doch nicht"})
    assert counts(client)["unknown"] == (1, 1)


def test_a_line_is_assigned_to_an_order_and_booked_there(town, site, staff):
    attempt = town.attempt()
    town.reports("t1;57.50;;;20.11.2026;payment")
    client = staff(site)
    address = f"{BASE}line/{line().pk}/"
    answer = client.post(address, {"kind": "assign", "reason": "Tippfehler", "reference": "gibt es nicht"})
    assert answer.status_code == 422
    spaced = f" {attempt.order.reference[:4]} {attempt.order.reference[4:]} "
    assert client.post(address, {"kind": "assign", "reason": "Tippfehler", "reference": spaced}).status_code == 302
    assert LedgerEntry.objects.get().attempt == attempt
    assert line().match == "booked"
    assert counts(client)["settled"] == (1, 0)


@pytest.mark.parametrize("role", ["clerk", "editor", "portal_admin"])
def test_who_does_not_reconcile_sees_nothing(town, site, staff, role):
    town.reports("t1;9.99;fremd;;20.11.2026;payment")
    client = staff(site, role)
    for address in ["", "import/", "import/csv/", f"line/{line().pk}/", f"report/{SettlementReport.objects.get().pk}/"]:
        assert client.get(BASE + address).status_code in {302, 403, 404}


def test_the_auditor_reads_everything_and_decides_nothing(town, site, staff):
    town.reports("t1;9.99;fremd;;20.11.2026;payment")
    client = staff(site, "auditor")
    assert "9,99" in page(client, row_class="unknown")
    address = f"{BASE}line/{line().pk}/"
    assert 'name="reason"' not in client.get(address).content.decode()
    client.post(address, {"kind": "close", "reason": "x"})
    assert client.get(f"{BASE}import/csv/").status_code == 302
    assert not Decision.objects.exists()


def test_the_neighbouring_town_sees_counts_and_decides_nothing(town, site, other_site, staff):
    entry = town.paid()
    town.reports("t1;9.99;fremd;;20.11.2026;payment", "total;1.00")
    report = SettlementReport.objects.get()
    client = staff(other_site)
    assert not any(rows for rows, __ in counts(client).values())
    for address in [f"line/{line().pk}/", f"report/{report.pk}/", f"entry/{entry.pk}/"]:
        assert client.get(BASE + address).status_code == 404
        assert client.post(BASE + address, {"kind": "close", "reason": "x"}).status_code in {404, 405}
    assert upload(client, town, "t9;1.00;;;20.11.2026;payment").status_code == 422
    assert not Decision.objects.exists()
    assert SettlementReport.objects.count() == 1


def test_the_view_costs_the_same_for_few_and_many(town, site, staff, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = staff(site)
    town.reports("a1;9.99;fremd;;20.11.2026;payment")
    client.post(f"{BASE}line/{line().pk}/", {"kind": "investigate", "reason": "x"})
    page(client, row_class="unknown")
    with CaptureQueriesContext(connection) as few:
        page(client, row_class="unknown")
    town.reports(*(f"b{number};9.99;fremd{number};;20.11.2026;payment" for number in range(20)))
    with CaptureQueriesContext(connection) as many:
        page(client, row_class="unknown")
    assert len(many) == len(few) <= 25


def test_a_period_that_ends_before_it_begins_says_so(site, staff):
    client = staff(site)
    assert client.get(BASE, {"first": "2026-02-01", "last": "2026-01-01"}).status_code == 200
    assert client.get(BASE, {"first": "gestern", "row_class": "erfunden", "p": "x"}).status_code == 200


def test_names_and_accounts_in_a_statement_are_masked_and_the_text_is_readable(town, site, staff):
    text = "Hundesteuer Bello DE89370400440532013000 erika@beispiel.test"
    town.bank_says(Statement([credit(9000, text=text)]).camt053())
    seen = staff(site).get(f"{BASE}line/{line().pk}/").content.decode()
    assert "Hundesteuer Bello" in seen
    for secret in ["DE89", "DE02", "erika@", "Mustermann"]:
        assert secret not in seen
