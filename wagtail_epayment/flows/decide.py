from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils.translation import gettext as _

from ..errors import DecisionNotPossible
from ..models import (
    Decision,
    DecisionKind,
    LedgerEntry,
    PaymentOrder,
    ProviderMessage,
    SettlementLine,
    WhyOpen,
)
from .book_line import book_line
from .compare import COMPARED, as_said, note_finding, source_of
from .look_up import look_up
from .transfer import can_be_decided

Subject = SettlementLine | LedgerEntry | ProviderMessage


def decide(
    subject: Subject, *, kind: DecisionKind, reason: str, user: AbstractBaseUser, order: PaymentOrder | None = None
) -> Decision:
    """Record what a person decided about a difference; a later decision overrides, none is ever changed.

    ``subject`` is a line of a report, a ledger entry nobody has settled, or a message that did not fit. Assigning a
    line to an order books its money there if one payment of the order fits it, or as a transfer. Locks the order
    if one is given, then the subject. Raises DecisionNotPossible.
    """
    if not reason.strip():
        raise DecisionNotPossible(_("Please say why."))
    if kind == DecisionKind.DIVIDE:
        raise DecisionNotPossible(_("Please say which part of the credit is for which order."))
    if (kind == DecisionKind.ASSIGN) != (order is not None):
        raise DecisionNotPossible(_("Please name the order by its Kassenzeichen, for an assignment only."))
    if order is not None:
        return _assign(subject, order, reason=reason, user=user)
    with transaction.atomic():
        locked = type(subject).objects.select_for_update(of=_own()).get(pk=subject.pk)
        if isinstance(locked, SettlementLine) and not locked.why and not locked.decisions.exists():
            raise DecisionNotPossible(_("There is nothing to decide about this line."))
        return record_decision(locked, kind=kind, reason=reason, user=user)


@transaction.atomic
def _assign(subject: Subject, order: PaymentOrder, *, reason: str, user: AbstractBaseUser) -> Decision:
    if not isinstance(subject, SettlementLine):
        raise DecisionNotPossible(_("Only a line of a report can be assigned to an order."))
    order = PaymentOrder.objects.select_for_update().get(pk=order.pk)
    return assign_line(locked_line(subject), order, reason=reason, user=user)


def locked_line(line: SettlementLine) -> SettlementLine:
    """The line with its report and contract, locked."""
    rows = SettlementLine.objects.select_for_update(of=_own()).select_related("report__contract")
    return rows.defer("report__raw").get(pk=line.pk)


def assign_line(line: SettlementLine, order: PaymentOrder, *, reason: str, user: AbstractBaseUser) -> Decision:
    """Assign a line to an order, both locked by the caller, and book it there. Raises DecisionNotPossible."""
    if order.site_id != line.report.site_id:
        raise DecisionNotPossible(_("This order belongs to another commune."))
    if not line.why or line.why == WhyOpen.BATCH:
        raise DecisionNotPossible(_("This line is explained already."))
    _compare_with(line, order)
    if line.why == WhyOpen.TO_BOOK:
        book_line(line)
    elif can_be_decided(line):
        line.why, line.attempt = WhyOpen.TO_BOOK, None
        line.save(update_fields=["why", "attempt"])
        book_line(line, is_decided=True)
    return record_decision(line, kind=DecisionKind.ASSIGN, reason=reason, user=user, order=order)


def _compare_with(line: SettlementLine, order: PaymentOrder) -> None:
    said = as_said(line)
    books = look_up(
        [said],
        site_id=order.site_id,
        provider=line.report.contract.provider if line.report.contract else "",
        source=source_of(line.report),
        references={order.reference},
    )
    if line.entry_id:
        books.settled.discard(line.entry_id)  # Told by this very line.
    note_finding(line, books.find_in_order(said, str(order.pk)))
    line.order = order
    line.save(update_fields=COMPARED)


def record_decision(
    subject: Subject, *, kind: DecisionKind, reason: str, user: AbstractBaseUser, order: PaymentOrder | None = None
) -> Decision:
    """Keep what was decided, in the transaction of what it brings about."""
    field = {SettlementLine: "line", LedgerEntry: "entry", ProviderMessage: "message"}[type(subject)]
    return Decision.objects.create(
        site_id=_site_id(subject),
        kind=kind,
        order=order,
        reason=reason.strip()[:500],
        decided_by_id=user.pk,
        **{field: subject},
    )


def _site_id(subject: Subject) -> int:
    if isinstance(subject, SettlementLine):
        return subject.report.site_id
    return subject.order.site_id if isinstance(subject, LedgerEntry) else subject.contract.site_id


def _own() -> tuple[str, ...]:
    return ("self",) if connection.features.has_select_for_update_of else ()
