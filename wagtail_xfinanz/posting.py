"""What is booked, frozen: the minimum of a payment order (Zahlungsanordnung) as plain data, free of the ORM."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_sitekit.money import cents


class PostingKind(models.TextChoices):
    PAYMENT = "payment", _("payment")
    REFUND = "refund", _("refund")
    CHARGEBACK = "chargeback", _("chargeback")
    REFUND_REVERSAL = "refund_reversal", _("refund that came back")
    CHARGEBACK_REVERSAL = "chargeback_reversal", _("chargeback reversed")
    FEE = "fee", _("provider fee")
    REVERSAL = "reversal", _("reversal")


class Part(models.TextChoices):
    ITEM = "item", _("item without VAT")
    TAX = "tax", _("VAT")
    DEPOSIT = "deposit", _("deposit (Verwahrung)")
    FEE = "fee", _("provider fee")


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of a batch. ``amount_cents`` is signed: what the commune gets is positive."""

    kind: str
    part: str
    amount_cents: int
    reference: str
    booked_on: datetime.date
    reason: str
    label: str
    posting_key: str
    entry_id: int
    order_id: str
    currency: str = "EUR"
    due_on: datetime.date | None = None
    product: str = ""
    account: str = ""
    cost_centre: str = ""
    cost_unit: str = ""
    internal_order: str = ""
    budget_line: str = ""
    tax_permille: int = 0
    method: str = ""
    provider: str = ""
    provider_ref: str = ""
    payer: str = ""
    reverses: str = ""
    replaces: str = ""
    """Batch and sequence of the posting the finance system rejected, which this one is handed over instead of."""
    extra: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        cents(self.amount_cents)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; ``from_json`` gives an equal posting back."""
        data = {name: getattr(self, name) for name in _NAMES}
        data["booked_on"] = self.booked_on.isoformat()
        data["due_on"] = self.due_on.isoformat() if self.due_on else None
        data["extra"] = [list(pair) for pair in self.extra]
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Posting:
        due_on = data["due_on"]
        return cls(
            **{
                **data,
                "booked_on": datetime.date.fromisoformat(data["booked_on"]),
                "due_on": datetime.date.fromisoformat(due_on) if due_on else None,
                "extra": tuple((key, value) for key, value in data["extra"]),
            }
        )

    def reversed(self, *, reverses: str) -> Posting:
        """The counter-posting; ``reverses`` names batch and sequence of this one."""
        return replace(self, kind=PostingKind.REVERSAL.value, amount_cents=-self.amount_cents, reverses=reverses)


_NAMES = tuple(field.name for field in fields(Posting))
TEXT_FIELDS = tuple(field.name for field in fields(Posting) if field.type == "str")
