"""Contracts: the provider's own form, secrets that never come back, limits in euros."""

from __future__ import annotations

import pytest

from tests.epayment.conftest import SECRET
from wagtail_epayment.models import ContractMethod, PaymentContract

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


GIRO = {
    "provider": "girocheckout",
    "label": "Karte oder Lastschrift",
    "booking_text": "{reference} {commune}",
    "approval_above_cents": "25,00",
    "min_cents": "0,50",
    "max_cents": "1000",
    "option_base_url": "https://payment.girosolution.de/girocheckout/api/v2/",
    "option_merchant_id": "3610001",
    "option_card_project_id": "1",
    "option_directdebit_project_id": "2",
    "new_secret_card_password": "karte-geheim",
    "new_secret_directdebit_password": "last-geheim",
    "methods-TOTAL_FORMS": "3",
    "methods-INITIAL_FORMS": "0",
    "methods-0-code": "card",
    "methods-0-ORDER": "2",
    "methods-1-code": "directdebit",
    "methods-1-label": "Bankeinzug",
    "methods-1-ORDER": "1",
    "methods-2-code": "",
    "methods-2-ORDER": "3",
}


def test_first_the_provider_is_chosen_then_only_its_fields_are_there(site, staff):
    client = staff(site, "portal_admin")
    page = client.get(ADD).content.decode()
    for name in ["sandbox", "girocheckout", "xbezahldienste"]:
        assert f'href="?provider={name}"' in page
    assert "new_secret_" not in page
    page = client.get(ADD + "?provider=girocheckout").content.decode()
    assert 'name="option_merchant_id"' in page
    assert 'name="option_originator_id"' not in page
    assert 'name="new_secret_client_secret"' not in page
    assert "Musterstadt" in page
    assert client.get(ADD + "?provider=nobody").status_code == 200


def test_a_contract_is_kept_with_methods_in_order_and_euros_as_cents(site, staff):
    answer = staff(site, "portal_admin").post(ADD, GIRO | {"site": site.pk})
    assert answer.status_code == 302, answer.context["form"].errors
    contract = PaymentContract.objects.get()
    assert (contract.min_cents, contract.max_cents, contract.approval_above_cents) == (50, 100000, 2500)
    assert contract.options["merchant_id"] == "3610001"
    assert contract.credentials == {"card_password": "karte-geheim", "directdebit_password": "last-geheim"}
    offered = list(contract.methods.order_by("sort_order").values_list("code", "label"))
    assert offered == [("directdebit", "Bankeinzug"), ("card", "")]


def test_a_method_without_its_secret_is_refused_and_others_need_none(site, staff):
    client = staff(site, "portal_admin")
    answer = client.post(ADD, GIRO | {"site": site.pk, "new_secret_card_password": ""})
    assert set(answer.context["form"].errors) == {"new_secret_card_password"}
    assert "last-geheim" not in answer.content.decode()


def test_a_row_is_taken_out_by_choosing_nothing_in_it(site, staff):
    client = staff(site, "portal_admin")
    client.post(ADD, GIRO | {"site": site.pk})
    contract = PaymentContract.objects.get()
    rows = {row.code: str(row.pk) for row in contract.methods.all()}
    page = client.get(EDIT.format(contract.pk)).content.decode()
    assert 'value="0,50"' in page
    changes = {
        "site": site.pk, "methods-INITIAL_FORMS": "2", "methods-TOTAL_FORMS": "2", "methods-0-id": rows["directdebit"],
        "methods-0-code": "", "methods-1-id": rows["card"], "methods-1-code": "card", "methods-1-label": "",
    }  # fmt: skip
    answer = client.post(EDIT.format(contract.pk), GIRO | changes)
    assert answer.status_code == 302, answer.context["form"].errors
    assert list(ContractMethod.objects.values_list("code", flat=True)) == ["card"]


@pytest.mark.parametrize("text", ["{betrag}", "{reference", "{reference} {Purpose}", "{{reference}}"])
def test_a_booking_text_that_would_not_be_filled_in_is_refused(site, staff, text):
    answer = staff(site, "portal_admin").post(
        ADD, form(site, new_secret_merchant_id="m", new_secret_secret="s", booking_text=text)
    )
    assert answer.context["form"].errors["booking_text"]


def test_the_booking_text_is_shown_as_the_payer_will_read_it(contract, site, staff):
    PaymentContract.objects.update(booking_text="{commune}: {reference}")
    page = staff(site, "portal_admin").get(EDIT.format(contract.pk)).content.decode()
    assert "Musterstadt: 1234567890123" in page


def test_live_and_offered_at_once_is_only_for_the_checklist(contract, site, staff):
    client = staff(site, "portal_admin")
    answer = client.post(EDIT.format(contract.pk), form(site, is_live="on"))
    assert set(answer.context["form"].errors) == {"is_active"}
    draft = form(site, is_live="on", new_secret_merchant_id="real", new_secret_secret="s")
    del draft["is_active"]
    assert client.post(ADD, draft).status_code == 302
    assert PaymentContract.objects.get(is_live=True).is_active is False


def test_two_offered_contracts_with_one_provider_are_refused_in_words(contract, site, staff):
    answer = staff(site, "portal_admin").post(ADD, form(site, new_secret_merchant_id="m", new_secret_secret="s"))
    assert answer.context["form"].errors["is_active"]


def test_changed_data_have_to_be_tried_anew(contract, site, staff):
    from django.utils import timezone

    client = staff(site, "portal_admin")
    for changes, is_kept in [({"label": "Neu"}, True), ({"new_secret_secret": "other"}, False)]:
        PaymentContract.objects.update(checked_at=timezone.now(), check_error="")
        client.post(EDIT.format(contract.pk), form(site, **changes))
        contract.refresh_from_db()
        assert (contract.checked_at is not None) is is_kept


def test_certificates_are_typed_into_a_larger_field_and_not_sent_back(site, staff):
    client = staff(site, "portal_admin")
    data = {"provider": "xbezahldienste", "site": site.pk, "new_secret_certificate": "-----BEGIN GEHEIM"}
    page = client.post(ADD, data).content.decode()
    assert '<textarea name="new_secret_certificate"' in page
    assert "BEGIN GEHEIM" not in page


def test_a_contract_whose_provider_is_gone_can_still_be_opened(contract, site, staff):
    PaymentContract.objects.update(provider="gone")
    client = staff(site, "portal_admin")
    assert client.get(EDIT.format(contract.pk)).status_code == 200
    assert client.get(EDIT.format(contract.pk).replace("/edit/", "/checklist/")).status_code == 200
    assert client.get("/admin/snippets/wagtail_epayment/paymentcontract/").status_code == 200
