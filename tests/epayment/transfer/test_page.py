"""What payers read who want to transfer, and what the commune enters for it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from tests.epayment.transfer.conftest import IBAN
from wagtail_epayment.errors import ContractNotUsable
from wagtail_epayment.flows.contract import checklist_of
from wagtail_epayment.models import AttemptState
from wagtail_epayment.providers.registry import providers
from wagtail_epayment.providers.transfer.adapter import TransferProvider
from wagtail_epayment.providers.transfer.options import BicField, IbanField
from wagtail_epayment.transfers import transfer_details

pytestmark = pytest.mark.django_db


def page(client, order):
    return client.get(reverse("wagtail_epayment:pay", args=[order.token])).content.decode()


def test_the_page_says_how_to_transfer(client, town, transfers):
    order = town.order()
    shown = page(client, order)
    for text in ("Stadt Musterstadt", "DE02 1203 0000 0000 2020 51", "BYLADEM1001", order.reference, "<svg"):
        assert text in shown
    assert "57,50" in shown


def test_the_giro_code_holds_what_a_banking_app_needs(town, transfers, monkeypatch):
    from segno import helpers

    made = {}
    real = helpers.make_epc_qr
    monkeypatch.setattr(helpers, "make_epc_qr", lambda *args, **kw: made.update(kw, args=args) or real(*args, **kw))
    order = town.order()
    assert transfer_details(order).code.startswith("<svg")
    assert made["args"] == ("Stadt Musterstadt", IBAN, Decimal("57.50"))
    assert made["text"] == order.reference


def test_nobody_who_has_paid_or_is_being_checked_is_asked_to_transfer(client, town, transfers):
    order = town.order()
    attempt = town.attempt(order, state=AttemptState.PENDING)
    attempt.redirect_url = "https://bank.example/pay"
    attempt.save()
    assert IBAN[:4] not in page(client, order)
    town.paid(attempt)
    assert IBAN[:4] not in page(client, order)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_live": True}, {"max_cents": 100}, {"options": {}}])
def test_only_an_offered_contract_is_shown(client, town, transfers, change):
    for name, value in change.items():
        setattr(transfers, name, value)
    transfers.save()
    assert "DE02" not in page(client, town.order())


def test_a_commune_without_it_shows_nothing(client, town):
    assert "DE02" not in page(client, town.order())


def test_it_is_no_button_to_pay_online(client, town, transfers):
    assert f'value="{transfers.pk}.' not in page(client, town.order())


def test_iban_and_bic_are_checked_and_kept_plain():
    assert IbanField().clean("de02 1203 0000 0000 2020 51") == IBAN
    assert BicField(required=False).clean("bylade m1 001") == "BYLADEM1001"
    assert BicField(required=False).clean("") == ""
    for field, wrong in ((IbanField(), "DE03 1203 0000 0000 2020 51"), (BicField(), "BYL")):
        with pytest.raises(ValidationError):
            field.clean(wrong)


def test_the_check_names_a_missing_account(transfers):
    providers.for_contract(transfers).check()
    transfers.options = {"account_holder": "Stadt"}
    with pytest.raises(ContractNotUsable):
        providers.for_contract(transfers).check()


def test_it_can_go_live_without_a_test_payment_or_a_poller(transfers):
    transfers.is_live = True
    open_items = {item.key for item in checklist_of(transfers) if not item.is_done}
    assert not open_items & {"test_payment", "poller", "notify_address", "methods", "credentials", "test_refund"}


def test_the_iban_of_a_live_contract_is_fixed():
    assert TransferProvider.identity == ("iban",)
