"""Which ways of paying a citizen is offered."""

from __future__ import annotations

import pytest
from django.utils import timezone

from wagtail_epayment.errors import ContractNotUsable
from wagtail_epayment.flows import start_payment
from wagtail_epayment.models import ContractMethod
from wagtail_epayment.providers.base import Redirect, ReturnUrls
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider
from wagtail_epayment.ways import ways_of_paying


@pytest.fixture
def methods(contract, monkeypatch):
    monkeypatch.setattr(SandboxProvider, "methods", {"card": "Kreditkarte", "debit": "Lastschrift"})
    monkeypatch.setattr(
        SandboxProvider, "start", lambda self, attempt, urls: Redirect(attempt.merchant_tx_id, "http://b/")
    )
    ContractMethod.objects.create(contract=contract, code="debit", sort_order=1)
    ContractMethod.objects.create(contract=contract, code="card", label="Karte", sort_order=2)
    ContractMethod.objects.create(contract=contract, code="giropay", label="gibt es nicht mehr", sort_order=3)


def labels(order):
    return [way.label for way in ways_of_paying(order)]


def begin(order, contract, method=""):
    urls = lambda attempt: ReturnUrls(back="b", notify="n")  # noqa: E731
    return start_payment(order=order, contract=contract, urls=urls, method=method)


def test_methods_stand_in_the_communes_order_under_its_labels(order, methods):
    assert labels(order) == ["Lastschrift", "Karte"]


def test_without_methods_the_contract_is_one_way(order, contract):
    assert labels(order) == ["Testzahlung"]


@pytest.mark.parametrize(
    ("least", "most", "offered"), [(None, 5750, 1), (5751, None, 0), (1, 5749, 0), (5750, None, 1)]
)
def test_amounts_outside_the_contract_are_not_offered(order, contract, least, most, offered):
    contract.min_cents, contract.max_cents = least, most
    contract.save()
    assert len(labels(order)) == offered
    if not offered:
        with pytest.raises(ContractNotUsable):
            begin(order, contract)


def test_real_money_only_after_the_checklist(order, contract):
    contract.is_live = True
    contract.save()
    assert labels(order) == []
    with pytest.raises(ContractNotUsable):
        begin(order, contract)
    contract.went_live_at = timezone.now()
    contract.save()
    assert labels(order) == ["Testzahlung"]


def test_a_method_that_is_not_offered_cannot_be_asked_for(order, contract, methods):
    with pytest.raises(ContractNotUsable):
        begin(order, contract, "giropay")
    with pytest.raises(ContractNotUsable):
        begin(order, contract)


def test_another_method_is_another_attempt_the_same_one_is_not(order, contract, methods):
    assert begin(order, contract, "card") == begin(order, contract, "card")
    begin(order, contract, "debit")
    assert sorted(order.attempts.values_list("method", flat=True)) == ["card", "debit"]
    assert "secret" not in str(order.attempts.first().config)


def test_the_page_has_a_button_for_each(client, order, methods):
    page = client.get(f"/zahlung/{order.token}/").content.decode()
    assert page.index("Lastschrift") < page.index("Karte")
    assert page.count('name="way"') == 2
