"""What happened before it gets dangerous, and jobs for other processes."""

from __future__ import annotations

from wagtail_epayment.flows import NewItem, create_order, request_refund
from wagtail_epayment.models import EntryKind, LedgerEntry

from . import scenarios

CENTS = 5750


class Town:
    """What happened before the crash."""

    def __init__(self, site, contract):
        self.site, self.contract, self.orders = site, contract, []

    def order(self):
        order = create_order(site=self.site, purpose="Sperrgut", items=[NewItem(label="x", unit_cents=CENTS)])
        self.orders.append(order)
        return order

    def begun(self, method=""):
        order = self.order()
        scenarios.start(order.pk, self.contract.pk, method)
        return order.attempts.get()


def job(name, **args):
    return {"scenario": name, "args": {key: str(value) if key in _KEYS else value for key, value in args.items()}}


_KEYS = {"order", "attempt", "refund"}  # UUIDs


def message(notification):
    return job(
        "notify",
        method=notification.method,
        url=notification.url,
        body=notification.body.decode(),
        headers=dict(notification.headers),
    )


def paid(town, bank):
    """An order whose payment is in the books."""
    attempt = town.begun()
    bank.pay(attempt.merchant_tx_id, is_told=False)
    scenarios.poll(attempt.pk)
    return attempt.order


def requested(order, user, cents=CENTS):
    payment = LedgerEntry.objects.get(order=order, kind=EntryKind.PAYMENT)
    return request_refund(payment=payment, amount_cents=cents, believed_cents=CENTS, reason="Doppelt", user=user)
