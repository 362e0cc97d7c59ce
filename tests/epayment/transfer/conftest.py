from __future__ import annotations

import pytest

from tests.epayment.conftest import contract  # noqa: F401  a fixture
from tests.epayment.reconciliation.conftest import Town
from wagtail_epayment.models import PaymentContract

IBAN = "DE02120300000000202051"


@pytest.fixture
def town(site, contract):  # noqa: F811
    """A commune that also takes transfers."""
    return Town(site, contract)


@pytest.fixture
def transfers(site):
    options = {"account_holder": "Stadt Musterstadt", "iban": IBAN, "bic": "BYLADEM1001"}
    return PaymentContract.objects.create(site=site, provider="transfer", label="Überweisung", options=options)
