"""Sending a refund that was approved, once, and asking how it stands.

The refund and its key are committed before the provider is called. A lost answer makes it ``unknown``; it is
asked about, and sent again only to providers that recognise the key.
"""

from __future__ import annotations

import datetime
import logging

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from .. import conf
from ..errors import PaymentError, ProviderRefused, ProviderUnavailable
from ..failures import log_failure
from ..models import MessageSource, Refund, RefundState
from ..providers.base import RawMessage, RefundWord
from ..providers.registry import providers
from . import breaker
from .apply import apply_message
from .apply_refund import move_refund
from .book import Books
from .inbox import store
from .refundable import covered_cents
from .rows import lock_refund
from .schedule import next_refund_poll
from .views_of import attempt_view, refund_view

logger = logging.getLogger(__name__)


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
        _note(refund, RefundState.UNKNOWN, _("The answer was lost."))
    if not can.poll_refund:
        _plan_again(refund, refund.last_error)
        return False
    try:
        poll_refund(refund)
    except PaymentError as error:
        logger.warning("Could not ask about refund %s: %s", refund.pk, error)
        return False
    return True


@transaction.atomic
def _claim(refund: Refund) -> Refund | None:
    """Take the refund for sending: committed as being sent, so that a crash is seen as a lost answer.

    One whose payment the bank has taken back since it was approved fails instead: the payer has that money already.
    """
    row = lock_refund(refund)
    can = providers.get(row.attempt.provider).can
    again = can.idempotent_refund and row.state in {RefundState.SUBMITTING, RefundState.UNKNOWN}
    if row.state == RefundState.SUBMITTING and not _is_stale(row):
        return None
    if row.state != RefundState.APPROVED and not again:
        return None
    if row.state == RefundState.APPROVED and covered_cents(row) < row.amount_cents:
        move_refund(Books.of(row.attempt), row, RefundState.FAILED, error=_("The bank had taken the payment back."))
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
    row = lock_refund(refund)
    move_refund(Books.of(row.attempt), row, state, error=error)


@transaction.atomic
def _plan_again(refund: Refund, error: str) -> None:
    row = lock_refund(refund)
    row.poll_count += 1
    row.last_error = error[:300]
    row.next_poll_at = next_refund_poll(row)
    row.save(update_fields=["poll_count", "last_error", "next_poll_at"])
