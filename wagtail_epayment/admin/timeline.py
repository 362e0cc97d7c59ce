"""One order told in plain words and in order of time, from the order to the last cent; the same few queries always."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wagtail_sitekit.money import format_money
from wagtail_sitekit.people import person_name

from ..models import (
    Decision,
    EntryKind,
    LedgerEntry,
    MessageSource,
    PaymentAttempt,
    PaymentOrder,
    ProviderMessage,
    Receipt,
    Refund,
    SettlementLine,
)
from ..reconciliation.explain import misfit_of
from .masking import masked_lines

_SAID: dict[str, str | Promise] = {
    MessageSource.NOTIFY: _("The payment service reported how the payment stands."),
    MessageSource.RETURN: _("The payer came back, and the payment service was asked how the payment stands."),
    MessageSource.POLL: _("The portal asked the payment service how the payment stands."),
    MessageSource.REFUND: _("The payment service answered about the refund."),
    MessageSource.SETTLEMENT: _("A settlement report told of the payment."),
    MessageSource.HAND: _("A person entered what they know."),
}
_BOOKED: dict[str, str | Promise] = {
    EntryKind.PAYMENT: _("The money was booked as paid."),
    EntryKind.REFUND: _("The money was booked as given back to the payer."),
    EntryKind.REFUND_REVERSAL: _("The refund came back and was booked in again."),
    EntryKind.CHARGEBACK: _("The payer's bank took the money back (chargeback)."),
    EntryKind.CHARGEBACK_REVERSAL: _("The bank gave the money of the chargeback back to us."),
    EntryKind.FEE: _("A fee of the payment service was booked. It does not change what the payer owes."),
}


@dataclass(frozen=True, slots=True)
class Event:
    """``cents`` is what the event moved, ``balance`` what the commune has of this order after it (fees left out).

    ``rank`` puts what happened in the same moment into its natural order.
    """

    at: datetime.datetime
    rank: int
    what: str
    detail: str = ""
    cents: int | None = None
    balance: int | None = None
    url: str = ""
    said: tuple[tuple[str, str], ...] = ()
    is_alarm: bool = False


def timeline(order: PaymentOrder) -> list[Event]:
    """Every event of the order; nine queries, however much there is."""
    attempts = list(order.attempts.select_related("contract"))
    entries = list(order.entries.order_by("pk"))
    events = [
        _ordered(order),
        *map(_begun, attempts),
        *_told(attempts),
        *map(_booked, entries),
        *_refunds(order),
        *_receipts(entries),
        *_settled(order, attempts, entries),
        *_decided(order, attempts, entries),
    ]
    if order.cancelled_at:
        events.append(Event(order.cancelled_at, 1, gettext("The order was withdrawn.")))
    return _with_balance(sorted(events, key=lambda event: (event.at, event.rank)))


def _with_balance(events: Iterable[Event]) -> list[Event]:
    balance, told = 0, []
    for event in events:
        if event.balance is None:
            told.append(event)
        else:
            balance += event.balance
            told.append(replace(event, balance=balance))
    return told


def _ordered(order: PaymentOrder) -> Event:
    amount = format_money(order.amount_cents, order.currency)
    return Event(order.created_at, 0, gettext("The order over %(amount)s was made.") % {"amount": amount})


def _begun(attempt: PaymentAttempt) -> Event:
    words = {"way": attempt.contract.label, "state": attempt.get_state_display()}
    return Event(
        attempt.created_at,
        1,
        gettext("The payer went to pay with “%(way)s”. State of this attempt today: %(state)s.") % words,
        detail=" · ".join(filter(None, [attempt.merchant_tx_id, attempt.last_error])),
        url=reverse("epayment_attempts:inspect", args=[attempt.pk]),
    )


def _told(attempts: list[PaymentAttempt]) -> Iterator[Event]:
    """Questions of the portal that found nothing odd are told once for a row of them."""
    messages = ProviderMessage.objects.filter(attempt__in=attempts).order_by("pk")
    row: list[ProviderMessage] = []
    for message in messages:
        is_dull = message.source == MessageSource.POLL and not message.discrepancy
        if row and not is_dull:
            yield _asked(row)
            row = []
        if is_dull:
            row.append(message)
        else:
            yield _message(message)
    if row:
        yield _asked(row)


def _asked(row: list[ProviderMessage]) -> Event:
    event = _message(row[-1])
    if len(row) == 1:
        return event
    said = gettext("The portal asked the payment service %(count)s times how the payment stands.") % {"count": len(row)}
    return replace(event, what=said)


def _message(message: ProviderMessage) -> Event:
    what = str(_SAID[message.source])
    if not message.is_verified:
        what = gettext("%(said)s Nothing proves that the payment service said it, so nothing was booked.") % {
            "said": what
        }
    detail = misfit_of(message)
    return Event(
        message.received_at,
        2,
        what,
        detail=detail,
        url=reverse("epayment_messages:inspect", args=[message.pk]),
        said=tuple(masked_lines(message)),
        is_alarm=bool(message.discrepancy),
    )


def _booked(entry: LedgerEntry) -> Event:
    return Event(
        entry.created_at,
        3,
        str(_BOOKED[entry.kind]),
        detail=entry.provider_ref,
        cents=entry.amount_cents,
        balance=0 if entry.kind == EntryKind.FEE else entry.amount_cents,
        url=reverse("epayment_ledger:inspect", args=[entry.pk]),
    )


def _refunds(order: PaymentOrder) -> Iterator[Event]:
    for refund in Refund.objects.filter(order=order).select_related("requested_by", "decided_by"):
        url = reverse("epayment_refunds:inspect", args=[refund.pk])
        words = {"amount": format_money(refund.amount_cents, refund.currency)}
        if not refund.requested_at:
            said = gettext("The portal proposed to give %(amount)s back.") % words
            yield Event(refund.created_at, 4, said, detail=str(refund.get_cause_display()), url=url)
        else:
            words["person"] = _name(refund.requested_by)
            said = gettext("%(person)s asked for a refund of %(amount)s.") % words
            yield Event(refund.requested_at, 4, said, detail=refund.reason, url=url)
        if refund.decided_at:
            yield Event(refund.decided_at, 5, _decision_on(refund), detail=refund.decision, url=url)
        if refund.submitted_at:
            said = gettext("The refund was sent to the payment service. State today: %(state)s.")
            yield Event(
                refund.submitted_at, 6, said % {"state": refund.get_state_display()}, refund.last_error, url=url
            )


def _decision_on(refund: Refund) -> str:
    words = {"person": _name(refund.decided_by)}
    if refund.state == "rejected":
        return gettext("%(person)s rejected the refund.") % words
    if refund.decided_by is None:
        return gettext("The refund needed no second person: it is below the limit of the contract.")
    return gettext("%(person)s approved the refund.") % words


def _receipts(entries: list[LedgerEntry]) -> Iterator[Event]:
    for receipt in Receipt.objects.filter(entry__in=entries).defer("pdf"):
        yield Event(receipt.issued_at, 7, gettext("The receipt %(number)s was issued.") % {"number": receipt})


def _settled(order: PaymentOrder, attempts: list[PaymentAttempt], entries: list[LedgerEntry]) -> Iterator[Event]:
    found = Q(order=order) | Q(attempt__in=attempts) | Q(entry__in=entries)
    for line in SettlementLine.objects.filter(found).select_related("report").defer("report__raw", "details"):
        words = {"report": line.report, "amount": format_money(line.amount_cents, line.currency)}
        said = gettext("The report %(report)s has this money with %(amount)s.") % words
        yield Event(
            line.matched_at or line.report.imported_at,
            8,
            said,
            detail=str(line.get_why_display()) if line.why else "",
            url=reverse("epayment_reconciliation:line", args=[line.pk]),
            is_alarm=bool(line.why),
        )


def _decided(order: PaymentOrder, attempts: list[PaymentAttempt], entries: list[LedgerEntry]) -> Iterator[Event]:
    found = (
        Q(order=order)
        | Q(entry__in=entries)
        | Q(message__attempt__in=attempts)
        | Q(line__order=order)
        | Q(line__entry__in=entries)
    )
    for decision in Decision.objects.filter(found).select_related("decided_by"):
        words = {"person": _name(decision.decided_by), "decision": decision.get_kind_display()}
        said = gettext("%(person)s decided: %(decision)s.") % words
        yield Event(decision.decided_at, 9, said, detail=decision.reason, url=_subject(decision))


def _subject(decision: Decision) -> str:
    for name in ("line", "entry", "message"):
        if pk := getattr(decision, f"{name}_id"):
            return reverse(f"epayment_reconciliation:{name}", args=[pk])
    return ""


def _name(person: Any) -> str:
    return person_name(person) or gettext("the portal")
