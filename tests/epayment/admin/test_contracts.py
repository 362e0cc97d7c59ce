"""Contracts: the provider's own form, secrets that never come back, limits in euros."""

from __future__ import annotations

import pytest

from tests.epayment.conftest import SECRET
from wagtail_epayment.models import PaymentContract

pytestmark = pytest.mark.django_db

EDIT = "/admin/snippets/wagtail_epayment/paymentcontract/edit/{}/"
ADD = "/admin/snippets/wagtail_epayment/paymentcontract/add/"


def form(site, **changes):
    return {
        "site": site.pk,
        "provider": "sandbox",
        "label": "Onlinezahlung",
        "is_active": "on",
        "option_base_url": "http://127.0.0.1:9/sandbox-bank/",
        "booking_text": "{reference} {purpose}",
        "approval_above_cents": "0",
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
