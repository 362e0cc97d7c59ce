"""The only module of the portal that knows the payment app. Without it a case simply has no fee to pay online."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import TextChoices
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wagtail_buergerportal.services.models import Fee
from wagtail_sitekit.scoping import sites_for

if TYPE_CHECKING:
    from wagtail_epayment.models import OutboxEvent, PaymentOrder
    from wagtail_epayment.posting_keys import KeyInUse

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

    rows = PaymentOrder.objects.filter(external_kind=_KIND, external_id=str(case.pk))
    return rows.prefetch_related("entries", "attempts").first()


class Standing(TextChoices):
    """How a case stands with its fee."""

    NONE = "none", _("no fee to pay online")
    OPEN = "open", _("open")
    CHECKING = "checking", _("being checked")
    PAID = "paid", _("paid")
    REFUNDED = "refunded", _("refunded")
    CHARGED_BACK = "charged_back", _("charged back")
    CANCELLED = "cancelled", _("cancelled")


@dataclass(frozen=True, slots=True)
class Payment:
    """The fee of one case: how it stands, where it is paid, its reference (Kassenzeichen)."""

    standing: Standing
    url: str | None = None
    reference: str = ""

    @property
    def is_owed(self) -> bool:
        """Whether money is still to come."""
        return self.standing in {Standing.OPEN, Standing.CHECKING, Standing.CHARGED_BACK}


def refund_url(case: Case, user: Any) -> str | None:
    """Where this person may ask for the fee to be given back; None if nothing was paid or they may not."""
    order = order_for(case)
    if order is None:
        return None
    from wagtail_epayment.models import Refund
    from wagtail_epayment.state import balance_cents

    may = sites_for(user, Refund, ("request",)).filter(pk=case.site_id).exists()
    if balance_cents(order) <= 0 or not may:
        return None
    return reverse("epayment_refunds:ask", args=[order.pk])


def payment_of(case: Case) -> Payment:
    """Asks the order's ledger; three queries, none without the payment app."""
    order = order_for(case)
    if order is None:
        return Payment(Standing.NONE)
    from wagtail_epayment.state import order_state

    standing = _STANDINGS[str(order_state(order))]
    return Payment(standing, reverse("wagtail_epayment:pay", args=[order.token]), order.reference)


_STANDINGS = {
    "open": Standing.OPEN,
    "pending": Standing.CHECKING,
    "paid": Standing.PAID,
    "overpaid": Standing.PAID,
    "partly_refunded": Standing.REFUNDED,
    "refunded": Standing.REFUNDED,
    "charged_back": Standing.CHARGED_BACK,
    "cancelled": Standing.CANCELLED,
}


def pay_url(case: Case) -> str | None:
    """Where the case's fee is paid and its payment looked at; None if it has none."""
    return payment_of(case).url


def is_open(case: Case) -> bool:
    """Whether money is still owed for this case."""
    return payment_of(case).is_owed


def cancel(case: Case) -> bool:
    """Withdraw the order of a fee nobody has paid. False if money came or is on the way."""
    order = order_for(case)
    if order is None:
        return True
    from wagtail_epayment.errors import OrderNotPayable
    from wagtail_epayment.flows import cancel_order

    try:
        cancel_order(order)
    except OrderNotPayable:
        return False
    return True


def subscribe() -> None:
    """Hear of payments. Called once from CasesConfig.ready()."""
    if not is_available():
        return
    from wagtail_epayment import outbox, posting_keys
    from wagtail_epayment.models import EventKind

    posting_keys.register(_keys_of_fees)
    outbox.subscribe(EventKind.ORDER_PAID, _paid, name="buergerportal_cases.paid")
    outbox.subscribe(EventKind.ATTEMPT_ENDED, _ended, name="buergerportal_cases.ended")
    outbox.subscribe(EventKind.ORDER_REOPENED, _reopened, name="buergerportal_cases.reopened")


def _keys_of_fees(site_id: int) -> Iterator[KeyInUse]:
    """The posting keys of the commune's fees, so that the Kasse hears of a missing account before a citizen pays."""
    from wagtail_epayment.posting_keys import KeyInUse

    for fee in Fee.objects.filter(schedule__site=site_id, amount_cents__gt=0).select_related("schedule"):
        schedule = fee.schedule
        yield KeyInUse(
            key=fee.posting_key,
            label=fee.label,
            where=str(schedule),
            tax_permille=fee.tax_permille,
            valid_from=schedule.valid_from,
            valid_until=schedule.valid_until,
        )


def _paid(event: OutboxEvent) -> None:
    from .flows.payment import mark_paid

    if event.order.external_kind == _KIND:
        mark_paid(event.order.external_id, key=event.key)


def _ended(event: OutboxEvent) -> None:
    from .flows.payment import note_ended

    if event.order.external_kind == _KIND:
        note_ended(event.order.external_id, key=event.key)


def _reopened(event: OutboxEvent) -> None:
    from .flows.payment import note_reopened

    if event.order.external_kind == _KIND:
        note_reopened(event.order.external_id, key=event.key)
