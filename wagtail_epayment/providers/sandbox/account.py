"""Opening an account at the sandbox bank, as a commune would sign a contract with a real provider."""

from __future__ import annotations

import secrets

from django.db import transaction
from wagtail.models import Site

from ...models import PaymentContract
from .models import SandboxMerchant


@transaction.atomic
def open_account(*, site: Site, label: str, base_url: str) -> PaymentContract:
    """The site's active sandbox contract, made with a fresh secret on both sides if there is none.

    ``base_url`` is where our own server reaches the bank, e.g. "http://127.0.0.1:8000/sandbox-bank/".
    """
    contract = PaymentContract.objects.filter(site=site, provider="sandbox", is_active=True).first()
    if contract:
        contract.options = {**contract.options, "base_url": base_url}
        contract.save()
        return contract
    merchant = SandboxMerchant.objects.create(
        merchant_id=f"{site.hostname[:40]}-{secrets.token_hex(4)}", secret=secrets.token_urlsafe(32)
    )
    return PaymentContract.objects.create(
        site=site,
        provider="sandbox",
        label=label,
        credentials={"merchant_id": merchant.merchant_id, "secret": merchant.secret},
        options={"base_url": base_url},
    )
