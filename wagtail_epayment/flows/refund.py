"""Giving money back: asked for by one person, approved by another, sent once, its end waited for.

The refund and its key are committed before the provider is called. A lost answer makes it ``unknown``; it is
asked about, and sent again only to providers that recognise the key.
"""

from __future__ import annotations

import datetime
import json
import logging

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from wagtail_sitekit.money import format_money

from .. import conf
from ..errors import NeedsOtherPerson, PaymentError, ProviderRefused, ProviderUnavailable, RefundNotPossible
from ..failures import log_failure
from ..models import EntryKind, LedgerEntry, MessageSource, PaymentAttempt, Refund, RefundState
from ..providers.base import RawMessage, RefundWord
from ..providers.registry import providers
from ..transitions import REFUND_CLAIMS
from . import breaker
from .apply import apply_message
from .apply_refund import move_refund
from .book import Books
from .inbox import store
from .rows import locked
from .schedule import next_refund_poll
from .views_of import attempt_view, refund_view

logger = logging.getLogger(__name__)

Person = AbstractBaseUser


def refundable_cents(payment: LedgerEntry) -> int:
    """Cents of a payment that can still be given back: less what was, is being, or was taken back by the bank."""
    if payment.kind != EntryKind.PAYMENT:
        return 0
    claims = Refund.objects.filter(payment=payment, state__in=[*REFUND_CLAIMS, RefundState.SUCCEEDED])
    claimed = sum(claims.values_list("amount_cents", flat=True))
    taken = LedgerEntry.objects.filter(
        attempt=payment.attempt_id, kind__in=[EntryKind.CHARGEBACK, EntryKind.CHARGEBACK_REVERSAL]
    )
    return max(0, payment.amount_cents - claimed + min(0, sum(taken.values_list("amount_cents", flat=True))))


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
    refund = _locked_refund(refund, RefundState.MANUAL, RefundState.UNKNOWN)
    if refund.requested_by_id == user.pk:
        raise NeedsOtherPerson(_("Another person than the one who asked has to confirm this refund."))
    if succeeded and not reference.strip():
        raise RefundNotPossible(_("Please give the reference of the transfer."))
    said = {"person": user.get_username(), "reference": reference, "succeeded": succeeded, "reason": reason}
    raw = RawMessage(body=json.dumps(said).encode(), headers={})
    message = store(contract=refund.attempt.contract, source=MessageSource.HAND, raw=raw)
    message.attempt, message.is_verified, message.processed_at = refund.attempt, True, timezone.now()
    message.save()
    state = RefundState.SUCCEEDED if succeeded else RefundState.FAILED
    refund.provider_ref = refund.provider_ref or reference.strip()[:120]
    move_refund(Books.of(refund.attempt), refund, state, error="" if succeeded else reason)
    return refund


@task()
def send_refund(refund_id: str) -> None:
    submit_refund(Refund.objects.get(pk=refund_id))


def submit_refund(refund: Refund) -> None:
    """Send an approved refund to its provider and apply the answer. Harmless twice.

    Must not run in a transaction of the caller. Never raises for what the provider did: the refund says it.
    """
    claimed = _claim(refund)
    if claimed is None:
        return
    attempt = claimed.attempt
    provider = providers.for_contract(attempt.contract)
    try:
        raw, word = provider.refund(attempt_view(attempt), refund_view(claimed))
    except ProviderRefused as error:
        _note(claimed, RefundState.FAILED, str(error))
    except ProviderUnavailable as error:
        breaker.note_failure(attempt.contract, str(error))
        _note(claimed, RefundState.UNKNOWN, str(error))
    except Exception as error:
        # An adapter's own mistake: whether the provider got it is unknown as well.
        log_failure(logger, f"Sending refund {claimed.pk} failed", error)
        _note(claimed, RefundState.UNKNOWN, type(error).__name__)
    else:
        _apply(claimed, raw, word)


def poll_refund(refund: Refund) -> None:
    """Ask the provider how a refund stands. Must not run in a transaction of the caller. Raises PaymentError."""
    provider = providers.for_contract(refund.attempt.contract)
    try:
        raw, word = provider.fetch_refund(attempt_view(refund.attempt), refund_view(refund))
    except PaymentError as error:
        _plan_again(refund, str(error))
        raise
    except Exception as error:
        log_failure(logger, f"Asking for refund {refund.pk} failed", error)
        _plan_again(refund, type(error).__name__)
        raise ProviderUnavailable("The provider's answer could not be used.") from error
    _apply(refund, raw, word)
    _plan_again(refund, "")


def refunds_due(*, limit: int = 100) -> int:
    """Send what was approved and never sent, and ask about what is under way. Safe to run twice. Returns how many.

    Finds what a crash left behind: approved and not sent, or being sent with no answer noted.
    """
    return sum(_move_on(refund) for refund in _due(limit))


def _due(limit: int) -> list[Refund]:
    due = Refund.objects.filter(next_poll_at__lte=timezone.now()).order_by("next_poll_at")
    due = due.exclude(attempt__contract__in=breaker.open_contracts())
    return list(due.select_related("attempt__order", "attempt__contract", "payment")[:limit])


def _move_on(refund: Refund) -> bool:
    can = providers.get(refund.attempt.provider).can
    lost = refund.state in {RefundState.SUBMITTING, RefundState.UNKNOWN}
    if refund.state == RefundState.APPROVED or (lost and can.idempotent_refund):
        submit_refund(refund)
        return True
    if refund.state == RefundState.SUBMITTING:
        # Sent, or not: the process died in between. Not sent again, for the provider would not recognise it.
        _note(refund, RefundState.UNKNOWN, "The answer was lost.")
    if not can.poll_refund:
        _plan_again(refund, refund.last_error)
        return False
    try:
        poll_refund(refund)
    except PaymentError as error:
        logger.warning("Could not ask about refund %s: %s", refund.pk, error)
        return False
    return True


def _check_amount(payment: LedgerEntry, amount_cents: int, believed_cents: int) -> None:
    refundable = refundable_cents(payment)
    most = format_money(refundable, payment.currency)
    if believed_cents != refundable:
        raise RefundNotPossible(
            _("Meanwhile something changed: %(most)s can still be given back. Please look again.") % {"most": most}
        )
    if not 0 < amount_cents <= refundable:
        raise RefundNotPossible(_("At most %(most)s can be given back.") % {"most": most})


def _approve_if_small(refund: Refund) -> Refund:
    limit = refund.attempt.contract.approval_above_cents
    already = Refund.objects.filter(payment=refund.payment_id, state__in=[*REFUND_CLAIMS, RefundState.SUCCEEDED])
    # All small refunds of a payment count together, so that nobody splits a large one.
    if sum(already.values_list("amount_cents", flat=True)) > limit:
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


@transaction.atomic
def _claim(refund: Refund) -> Refund | None:
    """Take the refund for sending: committed as being sent, so that a crash is seen as a lost answer."""
    row = _locked_refund(refund)
    can = providers.get(row.attempt.provider).can
    again = can.idempotent_refund and row.state in {RefundState.SUBMITTING, RefundState.UNKNOWN}
    if row.state == RefundState.SUBMITTING and not _is_stale(row):
        return None
    if row.state != RefundState.APPROVED and not again:
        return None
    if row.state != RefundState.UNKNOWN:
        row.state = RefundState.SUBMITTING
    row.submitted_at = row.submitted_at or timezone.now()
    row.poll_count += 1
    row.next_poll_at = next_refund_poll(row)
    row.save()
    return row


def _is_stale(refund: Refund) -> bool:
    return refund.updated_at < timezone.now() - datetime.timedelta(seconds=2 * conf.get().PROVIDER_TIMEOUT)


def _apply(refund: Refund, raw: RawMessage, word: RefundWord) -> None:
    breaker.note_success(refund.attempt.contract)
    with transaction.atomic():
        message = store(contract=refund.attempt.contract, source=MessageSource.REFUND, raw=raw)
        # With the provider's reference a crash here loses nothing: the refund can be asked about.
        Refund.objects.filter(pk=refund.pk, provider_ref="").update(provider_ref=word.refund_ref)
    apply_message(message, word)


@transaction.atomic
def _note(refund: Refund, state: RefundState, error: str) -> None:
    row = _locked_refund(refund)
    move_refund(Books.of(row.attempt), row, state, error=error)


@transaction.atomic
def _plan_again(refund: Refund, error: str) -> None:
    row = _locked_refund(refund)
    row.poll_count += 1
    row.last_error = error[:300]
    row.next_poll_at = next_refund_poll(row)
    row.save(update_fields=["poll_count", "last_error", "next_poll_at"])


def _locked(payment: LedgerEntry) -> PaymentAttempt:
    return locked(PaymentAttempt.objects.filter(pk=payment.attempt_id)).get()


def _locked_refund(refund: Refund, *states: RefundState) -> Refund:
    """The refund with its attempt and order, locked. Raises RefundNotPossible if its state is none of these."""
    attempt = locked(PaymentAttempt.objects.filter(pk=refund.attempt_id)).get()
    row = Refund.objects.select_for_update().get(pk=refund.pk)
    row.attempt = attempt
    if states and row.state not in states:
        raise RefundNotPossible(
            _("This refund is “%(state)s”: please look again.") % {"state": row.get_state_display()}
        )
    return row
