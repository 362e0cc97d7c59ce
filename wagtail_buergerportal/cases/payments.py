"""The only module of the portal that knows the payment app. Without it a case simply has no fee to pay online."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.urls import reverse

if TYPE_CHECKING:
    from wagtail_epayment.models import OutboxEvent, PaymentOrder

    from .models import Case
    from .submission import Submission

_KIND = "case"


def is_available() -> bool:
    return apps.is_installed("wagtail_epayment")


def open_order(case: Case, submission: Submission) -> PaymentOrder | None:
    """The order for the case's fee, in the caller's transaction; None if there is nothing to pay."""
    if not is_available() or not submission.fee_cents or submission.payment_policy == "none":
        return None
    from wagtail_epayment.flows import NewItem, create_order

    items = [
        NewItem(line.label, line.unit_cents, line.quantity, line.tax_permille, line.posting_key)
        for line in submission.fee_lines
        if line.unit_cents
    ]
    return create_order(
        site=case.site,
        purpose=case.title,
        items=items,
        language=case.language,
        payer=submission.payer,
        return_url=reverse("buergerportal_cases:status", args=[case.number]),
        external_kind=_KIND,
        external_id=str(case.pk),
        due_on=case.payment_due_on,
    )


def order_for(case: Case) -> PaymentOrder | None:
    if not is_available():
        return None
    from wagtail_epayment.models import PaymentOrder

    return PaymentOrder.objects.filter(external_kind=_KIND, external_id=str(case.pk)).first()


def pay_url(case: Case) -> str | None:
    """Where the case's fee is paid and its payment looked at; None if it has none."""
    order = order_for(case)
    return reverse("wagtail_epayment:pay", args=[order.token]) if order else None


def is_open(case: Case) -> bool:
    """Whether money is still owed for this case."""
    order = order_for(case)
    if order is None:
        return False
    from wagtail_epayment.state import OrderState, order_state

    return order_state(order) in {OrderState.OPEN, OrderState.PENDING, OrderState.CHARGED_BACK}


def subscribe() -> None:
    """Hear of payments. Called once from CasesConfig.ready()."""
    if not is_available():
        return
    from wagtail_epayment import outbox
    from wagtail_epayment.models import EventKind

    outbox.subscribe(EventKind.ORDER_PAID, _paid, name="buergerportal_cases.paid")
    outbox.subscribe(EventKind.ATTEMPT_ENDED, _ended, name="buergerportal_cases.ended")


def _paid(event: OutboxEvent) -> None:
    from .flows.payment import mark_paid

    if event.order.external_kind == _KIND:
        mark_paid(event.order.external_id, key=event.key)


def _ended(event: OutboxEvent) -> None:
    from .flows.payment import note_ended

    if event.order.external_kind == _KIND:
        note_ended(event.order.external_id, key=event.key)
