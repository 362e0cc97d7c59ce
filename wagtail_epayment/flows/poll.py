from __future__ import annotations

import logging

from django.db import connection, transaction
from django.utils import timezone

from ..errors import PaymentError, ProviderRefused, ProviderUnavailable
from ..failures import log_failure
from ..models import MessageSource, PaymentAttempt
from ..providers.registry import providers
from . import breaker
from .apply import apply_message
from .inbox import store
from .schedule import next_poll
from .views_of import attempt_view

logger = logging.getLogger(__name__)


def poll_attempt(attempt: PaymentAttempt, *, source: MessageSource = MessageSource.POLL) -> None:
    """Ask the provider for one attempt and apply the answer.

    Must not run in a transaction of the caller. Raises ProviderUnavailable or ProviderRefused, with the next
    request planned.
    """
    provider = providers.for_contract(attempt.contract)
    if not provider.can.poll:
        return
    try:
        raw, word = provider.fetch(attempt_view(attempt))
    except PaymentError as error:
        if isinstance(error, ProviderUnavailable):
            breaker.note_failure(attempt.contract, str(error))
        plan_again(attempt, str(error))
        raise
    except Exception as error:
        # An adapter's own mistake must not end the asking either.
        log_failure(logger, f"Asking for attempt {attempt.pk} failed", error)
        plan_again(attempt, type(error).__name__)
        raise ProviderUnavailable("The provider's answer could not be used.") from error
    breaker.note_success(attempt.contract)
    message = store(contract=attempt.contract, source=source, raw=raw)
    apply_message(message, word)
    plan_again(attempt, "")


def poll_due(*, limit: int = 200) -> int:
    """Ask for every attempt that is due. Safe to run twice at once. Returns how many answered."""
    answered = 0
    silent: set[int] = set()
    for attempt in _claim(limit):
        if attempt.contract_id in silent:
            continue
        try:
            poll_attempt(attempt)
            answered += 1
        except ProviderRefused as error:
            logger.info("Provider does not know attempt %s: %s", attempt.pk, error)
        except PaymentError as error:
            logger.warning("Could not poll attempt %s: %s", attempt.pk, error)
            if breaker.is_open(attempt.contract):
                silent.add(attempt.contract_id)  # It broke during this run.
    return answered


@transaction.atomic
def _claim(limit: int) -> list[PaymentAttempt]:
    """Take due attempts for this run: their next time moves on, so that a second run passes them by."""
    due = PaymentAttempt.objects.filter(next_poll_at__lte=timezone.now()).order_by("next_poll_at")
    due = due.exclude(contract__in=breaker.open_contracts())
    locked = due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked, of=_own_rows())
    attempts = list(locked.select_related("order", "contract")[:limit])
    for attempt in attempts:
        attempt.next_poll_at = next_poll(attempt)
        attempt.save(update_fields=["next_poll_at"])
    return attempts


def _own_rows() -> tuple[str, ...]:
    return ("self",) if connection.features.has_select_for_update_of else ()


@transaction.atomic
def plan_again(attempt: PaymentAttempt, error: str) -> None:
    row = PaymentAttempt.objects.select_for_update().get(pk=attempt.pk)
    row.poll_count += 1
    row.last_error = error[:300]
    row.next_poll_at = next_poll(row)
    row.save(update_fields=["poll_count", "last_error", "next_poll_at"])
