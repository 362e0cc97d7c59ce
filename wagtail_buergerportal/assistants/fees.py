"""From the engine's quantities to amounts: the commune's fee schedule of today has the last word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from wagtail_buergerportal.cases.submission import FeeLine
from wagtail_buergerportal.services.fees import amounts

from .engine import Evaluation
from .errors import FeeUnknown
from .models import AssistantPlacement, PaymentPolicy


@dataclass(frozen=True, slots=True)
class Bill:
    """What is due."""

    lines: tuple[FeeLine, ...] = ()

    @property
    def total_cents(self) -> int:
        return sum(line.quantity * line.unit_cents for line in self.lines)


def bill(placement: AssistantPlacement, evaluation: Evaluation, *, on: date) -> Bill:
    """The fee lines of these answers on a day. Raises FeeUnknown; one query if anything is due."""
    if placement.payment_policy == PaymentPolicy.NONE or not evaluation.fees:
        return Bill()
    known = amounts(site=placement.site, keys=[fee.key for fee in evaluation.fees], on=on)
    if lacking := sorted({fee.key for fee in evaluation.fees} - set(known)):
        raise FeeUnknown(tuple(lacking))
    return Bill(
        tuple(
            FeeLine(
                label=fee.label or known[fee.key].label,
                quantity=fee.quantity,
                unit_cents=known[fee.key].amount_cents,
                tax_permille=known[fee.key].tax_permille,
                posting_key=known[fee.key].posting_key,
            )
            for fee in evaluation.fees
        )
    )
