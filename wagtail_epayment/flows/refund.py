"""What people decide about giving money back: one asks for it, another approves or rejects it, or says how it ended."""

from __future__ import annotations

import json

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from wagtail_sitekit.money import format_money

from ..errors import NeedsOtherPerson, RefundNotPossible
from ..models import LedgerEntry, MessageSource, PaymentAttempt, Refund, RefundState
from ..providers.base import RawMessage
from ..providers.registry import providers
from .apply_refund import move_refund
from .book import Books
from .inbox import store
from .refundable import claims_on, covered_cents, refundable_cents
from .rows import lock_refund, locked
from .schedule import next_refund_poll
from .send_refund import send_refund

Person = AbstractBaseUser

_CHANGED = gettext_noop("Meanwhile something changed: %(most)s can still be given back. Please look again.")


@transaction.atomic
def request_refund(
    *, payment: LedgerEntry, amount_cents: int, believed_cents: int, reason: str, user: Person
) -> Refund:
    """Ask for money to be given back. Locks the order.

    ``believed_cents`` is what the person saw as refundable: if it is no longer so, somebody was faster. Up to the
    contract's limit the request needs no second person and is sent at once. Raises RefundNotPossible.
    """
    attempt = _locked(payment)
    _check_amount(payment, amount_cents, believed_cents)
    if not reason.strip():
        raise RefundNotPossible(_("Please say why the money is given back."))
    refund = Refund.objects.create(
        order=attempt.order,
        attempt=attempt,
        payment=payment,
        amount_cents=amount_cents,
        currency=payment.currency,
        reason=reason.strip()[:300],
        believed_cents=believed_cents,
        requested_by_id=user.pk,
        requested_at=timezone.now(),
    )
    return _approve_if_small(refund)


@transaction.atomic
def take_up_proposal(refund: Refund, *, believed_cents: int, reason: str, user: Person) -> Refund:
    """Ask for a refund the system has proposed. Locks the order. Raises RefundNotPossible."""
    refund = _locked_refund(refund, RefundState.PROPOSED)
    _check_amount(refund.payment, refund.amount_cents, believed_cents)
    refund.state = RefundState.REQUESTED
    refund.believed_cents = believed_cents
    refund.reason = reason.strip()[:300] or refund.get_cause_display()
    refund.requested_by_id, refund.requested_at = user.pk, timezone.now()
    refund.save()
    return _approve_if_small(refund)


@transaction.atomic
def approve_refund(refund: Refund, *, user: Person, reason: str = "") -> Refund:
    """Let a refund go. Locks the order, then the refund. Raises NeedsOtherPerson, RefundNotPossible."""
    refund = _locked_refund(refund, RefundState.REQUESTED)
    if refund.requested_by_id == user.pk:
        raise NeedsOtherPerson(_("Another person than the one who asked has to approve this refund."))
    _check_covered(refund)
    return _approve(refund, user=user, reason=reason)


@transaction.atomic
def reject_refund(refund: Refund, *, user: Person, reason: str) -> Refund:
    """Decide against a refund or a proposal. Locks the order, then the refund. Raises RefundNotPossible."""
    refund = _locked_refund(refund, RefundState.REQUESTED, RefundState.PROPOSED)
    if not reason.strip():
        raise RefundNotPossible(_("Please say why the money is not given back."))
    refund.state = RefundState.REJECTED
    _decide(refund, user, reason)
    refund.save()
    return refund


@transaction.atomic
def confirm_by_hand(refund: Refund, *, user: Person, reference: str, succeeded: bool, reason: str = "") -> Refund:
    """Say how a refund ended that no provider will tell of: transferred by hand, or cleared up with the provider.

    Kept as a message with the person's name. Locks the order, then the refund. Raises RefundNotPossible,
    NeedsOtherPerson (who asked for the money does not confirm it).
    """
    reference = reference.strip()[:120]
    refund = _locked_refund(refund, RefundState.MANUAL, RefundState.UNKNOWN)
    if refund.requested_by_id == user.pk:
        raise NeedsOtherPerson(_("Another person than the one who asked has to confirm this refund."))
    if succeeded and not reference:
        raise RefundNotPossible(_("Please give the reference of the transfer."))
    if succeeded and not refund.provider_ref:
        _check_reference(refund, reference)
    said = {"person": user.get_username(), "reference": reference, "succeeded": succeeded, "reason": reason}
    raw = RawMessage(body=json.dumps(said).encode(), headers={})
    message = store(contract=refund.attempt.contract, source=MessageSource.HAND, raw=raw)
    message.attempt, message.is_verified, message.processed_at = refund.attempt, True, timezone.now()
    message.save()
    state = RefundState.SUCCEEDED if succeeded else RefundState.FAILED
    if succeeded:
        refund.provider_ref = refund.provider_ref or reference
    move_refund(Books.of(refund.attempt), refund, state, error="" if succeeded else reason)
    return refund


def _check_amount(payment: LedgerEntry, amount_cents: int, believed_cents: int) -> None:
    refundable = refundable_cents(payment)
    most = format_money(refundable, payment.currency)
    if believed_cents != refundable:
        raise RefundNotPossible(_(_CHANGED) % {"most": most})
    if not 0 < amount_cents <= refundable:
        raise RefundNotPossible(_("At most %(most)s can be given back.") % {"most": most})


def _check_covered(refund: Refund) -> None:
    """The bank may have taken the payment back since it was asked for."""
    covered = covered_cents(refund)
    if covered < refund.amount_cents:
        raise RefundNotPossible(_(_CHANGED) % {"most": format_money(covered, refund.currency)})


def _check_reference(refund: Refund, reference: str) -> None:
    """The ledger tells the refunds of a payment apart by it."""
    if refund.attempt.refunds.filter(provider_ref=reference).exclude(pk=refund.pk).exists():
        raise RefundNotPossible(
            _("Another refund of this payment has this reference already. Please add what tells them apart, e.g. “/2”.")
        )


def _approve_if_small(refund: Refund) -> Refund:
    limit = refund.attempt.contract.approval_above_cents
    # All small refunds of a payment count together, so that nobody splits a large one.
    if sum(claims_on(refund.payment).values_list("amount_cents", flat=True)) > limit:
        return refund
    return _approve(refund, user=None, reason="")


def _approve(refund: Refund, *, user: Person | None, reason: str) -> Refund:
    refund.state = RefundState.APPROVED
    _decide(refund, user, reason)
    can = providers.get(refund.attempt.provider).can
    is_whole = refund.amount_cents == refund.payment.amount_cents
    if not can.refund or not (is_whole or can.partial_refund):
        refund.state = RefundState.MANUAL
    refund.next_poll_at = next_refund_poll(refund)
    refund.save()
    if refund.state == RefundState.APPROVED:
        transaction.on_commit(lambda: send_refund.enqueue(str(refund.pk)), robust=True)
    return refund


def _decide(refund: Refund, user: Person | None, reason: str) -> None:
    refund.decided_by_id = user.pk if user else None
    refund.decided_at = timezone.now()
    refund.decision = reason.strip()[:300]


def _locked(payment: LedgerEntry) -> PaymentAttempt:
    return locked(PaymentAttempt.objects.filter(pk=payment.attempt_id)).get()


def _locked_refund(refund: Refund, *states: RefundState) -> Refund:
    """The refund with its attempt and order, locked. Raises RefundNotPossible if its state is none of these."""
    row = lock_refund(refund)
    if row.state not in states:
        raise RefundNotPossible(
            _("This refund is “%(state)s”: please look again.") % {"state": row.get_state_display()}
        )
    return row
