"""Orders add up, have a reference of their own, and belong to the commune that is paid."""

from __future__ import annotations

from django.db.models import BigIntegerField, Count, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from ...models import OrderItem, PaymentAttempt, PaymentOrder
from .base import Found, Here, invariant


@invariant(
    "orders.items",
    wrong="The items of an order do not add up to its amount.",
    do="Cancel the order if it is unpaid and make it again; else find out who wrote to the database.",
)
def items(here: Here) -> Found:
    lines = OrderItem.objects.filter(order=OuterRef("pk")).order_by().values("order")
    total = lines.annotate(cents=Sum(F("quantity") * F("unit_cents"), output_field=BigIntegerField())).values("cents")
    rows = PaymentOrder.objects.filter(here("site")).annotate(total=Coalesce(Subquery(total), 0))
    return rows.exclude(total=F("amount_cents")).values_list("reference", flat=True)


@invariant(
    "orders.reference_twice",
    wrong="Several orders have the same payment reference (Kassenzeichen).",
    do="Money cannot be told apart: withdraw the unpaid ones, and restore the unique constraint with migrate.",
)
def reference_twice(here: Here) -> Found:
    rows = PaymentOrder.objects.filter(here("site")).order_by().values("reference")
    return rows.annotate(n=Count("pk")).filter(n__gt=1).values_list("reference", flat=True)


@invariant(
    "orders.attempt_currency",
    wrong="Attempts are in another currency than their order.",
    do="Do not let them be paid: wait until they expire and begin anew.",
)
def attempt_currency(here: Here) -> Found:
    rows = PaymentAttempt.objects.filter(here("order__site")).exclude(currency=F("order__currency"))
    return rows.values_list("merchant_tx_id", flat=True)


@invariant(
    "orders.foreign_contract",
    wrong="Attempts run over the contract of another commune: its account gets the money.",
    do="Stop the contract, and settle the money between the communes.",
)
def foreign_contract(here: Here) -> Found:
    rows = PaymentAttempt.objects.filter(here("order__site")).exclude(contract__site=F("order__site"))
    return rows.values_list("merchant_tx_id", flat=True)
