"""Contracts were shown to work before real money flows, and their secrets can be read."""

from __future__ import annotations

from collections.abc import Iterator

from ...models import PaymentContract, WebhookEndpoint
from .base import Found, Here, invariant


@invariant(
    "contracts.live_unchecked",
    wrong="Contracts take real money without the go-live checklist.",
    do="Open the contract and complete the checklist.",
)
def live_unchecked(here: Here) -> Found:
    rows = PaymentContract.objects.filter(here("site"), is_live=True, is_active=True, went_live_at=None)
    return rows.values_list("site__hostname", "label")


@invariant(
    "contracts.unreadable",
    wrong="Secrets cannot be decrypted with the present SECRET_KEY and SALT_KEY.",
    do="Put the key they were written with back behind the new one (SALT_KEY, SECRET_KEY_FALLBACKS).",
)
def unreadable(here: Here) -> Found:
    return list(_unreadable(here))


def _unreadable(here: Here) -> Iterator[str]:
    """The encrypted fields give back what they cannot decrypt as it is stored."""
    contracts = PaymentContract.objects.filter(here("site")).only("label", "credentials", "site__hostname")
    for contract in contracts.select_related("site").iterator(chunk_size=200):
        if not isinstance(contract.credentials, dict):
            yield f"{contract.site.hostname} {contract.label}"
    endpoints = WebhookEndpoint.objects.filter(here("site")).select_related("site")
    for endpoint in endpoints.iterator(chunk_size=200):
        if not (endpoint.secret or "").startswith("whsec_"):
            yield f"{endpoint.site.hostname} {endpoint.name}"
