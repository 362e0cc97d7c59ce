"""A town with any number of paid orders, made in few statements."""

from __future__ import annotations

import datetime
import uuid
from itertools import count

from wagtail_epayment.models import LedgerEntry, OrderItem, PaymentAttempt, PaymentContract, PaymentOrder

NOVEMBER = datetime.datetime(2026, 11, 24, 10, tzinfo=datetime.UTC)
AT_ONCE = 2000
_numbers = count(1)


def paid_orders(site, number, *, items=1, cents=100, posting_key="sperrgut", at=NOVEMBER):
    """So many orders of so many items each, paid in full; each item becomes one posting."""
    contract, _made = PaymentContract.objects.get_or_create(site=site, provider="sandbox", label="Viele")
    for first in range(0, number, AT_ONCE):
        orders = [
            PaymentOrder(
                site=site,
                reference=f"M{next(_numbers):09d}",
                purpose="Sperrgut abholen lassen",
                amount_cents=items * cents,
                payer={"last_name": "Łuk"},
            )
            for _order in range(first, min(first + AT_ONCE, number))
        ]
        PaymentOrder.objects.bulk_create(orders)
        OrderItem.objects.bulk_create(
            OrderItem(order=order, position=place, label="Stück", unit_cents=cents, posting_key=posting_key)
            for order in orders
            for place in range(items)
        )
        attempts = [
            PaymentAttempt(
                order=order, contract=contract, provider="sandbox", merchant_tx_id=uuid.uuid4().hex,
                amount_cents=order.amount_cents, currency="EUR",
            )
            for order in orders
        ]  # fmt: skip
        PaymentAttempt.objects.bulk_create(attempts)
        LedgerEntry.objects.bulk_create(
            LedgerEntry(
                order=attempt.order, attempt=attempt, kind="payment", amount_cents=attempt.amount_cents, currency="EUR",
                provider_ref=uuid.uuid4().hex[:12], method="card", occurred_at=at,
            )
            for attempt in attempts
        )  # fmt: skip
