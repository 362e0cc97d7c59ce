from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ..errors import OrderNotPayable
from ..models import PaymentOrder
from ..state import OrderState, order_state


@transaction.atomic
def cancel_order(order: PaymentOrder) -> PaymentOrder:
    """Withdraw an order nobody has paid. Locks it. Raises OrderNotPayable if money came or is on the way."""
    order = PaymentOrder.objects.select_for_update().get(pk=order.pk)
    state = order_state(order)
    if state == OrderState.CANCELLED:
        return order
    if state != OrderState.OPEN:
        raise OrderNotPayable("Money has come or is on the way: refund it instead of cancelling the order.")
    order.cancelled_at = timezone.now()
    order.save(update_fields=["cancelled_at"])
    return order
