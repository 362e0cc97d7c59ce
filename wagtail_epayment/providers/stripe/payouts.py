"""Payouts and what they are made of, as settlement reports.

Source: https://docs.stripe.com/reports/payout-reconciliation and /reports/reporting-categories. Every balance
transaction is a line, its fee another; with the payout's own transaction they add up to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils import timezone

from ...models import LineKind
from ...settlements.base import SettledLine, Settlement
from .fields import Said, currency, id_of, instant, must, part, text, whole
from .ownership import REFERENCE, is_foreign, tx_id_of

_KINDS = {
    "charge": LineKind.PAYMENT,
    "refund": LineKind.REFUND,
    "refund_failure": LineKind.REFUND_REVERSAL,
    "charge_failure": LineKind.CHARGEBACK,
    "dispute": LineKind.CHARGEBACK,
    "dispute_reversal": LineKind.CHARGEBACK_REVERSAL,
    "fee": LineKind.FEE,
    "network_cost": LineKind.FEE,
    "tax": LineKind.FEE,
    "payout": LineKind.PAYOUT,
    "payout_reversal": LineKind.PAYOUT,
}
_GO_BY_ID = {
    LineKind.REFUND,
    LineKind.REFUND_REVERSAL,
    LineKind.CHARGEBACK,
    LineKind.CHARGEBACK_REVERSAL,
    LineKind.PAYOUT,
}


def settlement(payout: Said, transactions: Sequence[Said], *, portal: str) -> Settlement:
    """Raises OddAnswer."""
    tx_ids = _tx_ids(transactions, portal=portal)
    lines = [line for each in transactions for line in _lines(each, portal=portal, tx_ids=tx_ids)]
    if not any(line.kind == LineKind.PAYOUT for line in lines):
        lines.append(_payout_line(payout))
    paid_on = instant(payout, "arrival_date").date()
    days = [line.booked_on for line in lines if line.booked_on and line.kind != LineKind.PAYOUT]
    return Settlement(
        reference=must(payout, "id"),
        currency=currency(payout),
        lines=tuple(lines),
        # Of a payout made by hand Stripe does not tell what it consists of.
        total_cents=0 if transactions else -whole(payout, "amount"),
        period_from=min(days, default=None),
        period_to=max(days, default=None),
        paid_on=paid_on,
    )


def _tx_ids(transactions: Sequence[Said], *, portal: str) -> Mapping[str, str]:
    """Our transaction ids by payment intent: disputes and refunds of the same payout do not carry them."""
    sources = [part(each, "source") for each in transactions]
    return {id_of(each, "payment_intent"): tx_id for each in sources if (tx_id := tx_id_of(each, portal=portal))}


def _lines(transaction: Said, *, portal: str, tx_ids: Mapping[str, str]) -> Iterator[SettledLine]:
    kind = _kind(transaction, portal)
    yield _line(transaction, kind=kind, key=must(transaction, "id"), cents=whole(transaction, "amount"), tx_ids=tx_ids)
    if fee := whole(transaction, "fee"):
        fee_kind = LineKind.OTHER if kind == LineKind.OTHER else LineKind.FEE
        yield _line(transaction, kind=fee_kind, key=_fee_key(transaction, kind), cents=-fee, tx_ids=tx_ids)


def _kind(transaction: Said, portal: str) -> LineKind:
    kind = _KINDS.get(text(transaction, "reporting_category"), LineKind.OTHER)
    source = part(transaction, "source")
    # We mark all our payments: another one is of somebody else who uses the account.
    is_others = kind == LineKind.PAYMENT and not tx_id_of(source, portal=portal)
    return LineKind.OTHER if is_others or is_foreign(source, portal=portal) else kind


def _fee_key(transaction: Said, kind: LineKind) -> str:
    """A dispute's fee goes by the dispute, as in its event: whoever tells of it first, it is booked once."""
    source = part(transaction, "source")
    if kind == LineKind.CHARGEBACK and text(source, "object") == "dispute":
        return must(source, "id")
    return f"{must(transaction, 'id')}:fee"


def _line(transaction: Said, *, kind: LineKind, key: str, cents: int, tx_ids: Mapping[str, str]) -> SettledLine:
    source = part(transaction, "source")
    payment_ref = id_of(source, "payment_intent")
    is_fee_of_dispute = kind == LineKind.FEE and not key.startswith(must(transaction, "id"))
    return SettledLine(
        key=key,
        kind=kind,
        amount_cents=cents,
        currency=currency(transaction),
        provider_ref=key if is_fee_of_dispute else _named(transaction, kind),
        payment_ref=payment_ref,
        merchant_tx_id=tx_ids.get(payment_ref, ""),
        reference=text(part(source, "metadata"), REFERENCE),
        text=_described(transaction),
        booked_on=timezone.localdate(instant(transaction, "created")),
    )


def _named(transaction: Said, kind: LineKind) -> str:
    """The id of what moved, if it goes by that in our books or on the bank's statement. Payments go by their intent."""
    return text(part(transaction, "source"), "id") if kind in _GO_BY_ID else ""


def _payout_line(payout: Said) -> SettledLine:
    return SettledLine(
        key=must(payout, "id"),
        kind=LineKind.PAYOUT,
        amount_cents=-whole(payout, "amount"),
        currency=currency(payout),
        provider_ref=must(payout, "id"),
        booked_on=instant(payout, "arrival_date").date(),
    )


def _described(transaction: Said) -> str:
    value = transaction.get("description")
    return " ".join(value.split())[:140] if isinstance(value, str) else ""


def is_complete(payout: Said) -> bool:
    """Whether Stripe has finished telling what the payout is made of; by hand made ones count once they are paid."""
    status = text(payout, "reconciliation_status")
    return status == "completed" or (status in {"", "not_applicable"} and text(payout, "status") == "paid")
