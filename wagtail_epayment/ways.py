"""The ways of paying an order: what its commune's contracts offer and this installation allows."""

from __future__ import annotations

from dataclasses import dataclass

from .models import PaymentContract, PaymentOrder
from .providers.registry import providers
from .state import due_cents


@dataclass(frozen=True, slots=True)
class Way:
    """One button: a contract and one of its methods (empty: the provider's own page asks)."""

    contract: PaymentContract
    method: str
    label: str

    @property
    def code(self) -> str:
        return f"{self.contract.pk}.{self.method}"


def is_offered(contract: PaymentContract) -> bool:
    """Real money only over a contract whose go-live checklist was complete."""
    return contract.is_active and (not contract.is_live or contract.went_live_at is not None)


def takes(contract: PaymentContract, cents: int) -> bool:
    return (contract.min_cents or 1) <= cents <= (contract.max_cents or cents)


def ways_of_paying(order: PaymentOrder) -> list[Way]:
    names = [cls.name for cls in providers.enabled() if cls.can.online]
    contracts = order.site.payment_contracts.filter(is_active=True, provider__in=names).order_by("pk")
    cents = due_cents(order)
    return [
        way
        for contract in contracts.prefetch_related("methods")
        if is_offered(contract) and takes(contract, cents)
        for way in ways_of(contract)
    ]


def ways_of(contract: PaymentContract) -> list[Way]:
    known = providers.get(contract.provider).methods
    ways = [
        Way(contract, row.code, row.label or str(known.get(row.code, row.code)))
        for row in contract.methods.all()
        if row.code in known
    ]
    return ways or [Way(contract, "", contract.label)]
