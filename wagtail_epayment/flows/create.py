from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from wagtail.models import Site

from wagtail_sitekit.money import cents

from .. import references
from ..models import OrderItem, PaymentOrder


@dataclass(frozen=True, slots=True)
class NewItem:
    """One line of a new order. ``unit_cents`` includes tax; ``posting_key`` says what it is booked on."""

    label: str
    unit_cents: int
    quantity: int = 1
    tax_permille: int = 0
    posting_key: str = ""
    booking_data: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cents(self.unit_cents)
        if self.quantity < 1:
            raise ValueError("An item needs a quantity of at least 1.")


def create_order(
    *,
    site: Site,
    purpose: str,
    items: Sequence[NewItem],
    language: str = "de",
    payer: Mapping[str, Any] | None = None,
    return_url: str = "",
    external_kind: str = "",
    external_id: str = "",
    due_on: datetime.date | None = None,
    currency: str = "EUR",
) -> PaymentOrder:
    """Record what somebody owes a commune, with its reference.

    Runs in the caller's transaction, so that order and errand exist together or not at all. A second call with
    the same ``external_kind`` and ``external_id`` returns the first one's order. Raises ValueError if the items
    do not add up to a positive amount.
    """
    if external_id and (order := _existing(external_kind, external_id)):
        return order
    amount = sum(item.quantity * item.unit_cents for item in items)
    if amount <= 0:
        raise ValueError("An order needs a positive amount.")
    try:
        with transaction.atomic():
            order = PaymentOrder.objects.create(
                site=site,
                reference=references.allocate(site_id=site.pk),
                purpose=purpose[:140],
                amount_cents=amount,
                currency=currency,
                payer=dict(payer or {}),
                language=language,
                return_url=return_url,
                external_kind=external_kind,
                external_id=external_id,
                due_on=due_on,
            )
            OrderItem.objects.bulk_create(_rows(order, items))
    except IntegrityError:
        if external_id and (order := _existing(external_kind, external_id)):
            return order
        raise
    return order


def _existing(kind: str, external_id: str) -> PaymentOrder | None:
    return PaymentOrder.objects.filter(external_kind=kind, external_id=external_id).first()


def _rows(order: PaymentOrder, items: Sequence[NewItem]) -> list[OrderItem]:
    return [
        OrderItem(
            order=order,
            position=position,
            label=item.label[:140],
            quantity=item.quantity,
            unit_cents=item.unit_cents,
            tax_permille=item.tax_permille,
            posting_key=item.posting_key,
            booking_data=dict(item.booking_data),
        )
        for position, item in enumerate(items, start=1)
    ]
