from __future__ import annotations

import datetime
import logging
import re
import secrets
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from .. import conf, ways
from ..errors import AlreadyStarting, ContractNotUsable, OrderNotPayable, ProviderRefused, ProviderUnavailable
from ..failures import log_failure
from ..models import AttemptState, PaymentAttempt, PaymentContract, PaymentOrder
from ..providers.base import Redirect, ReturnUrls
from ..providers.registry import providers
from ..state import OrderState, due_cents, order_state
from ..transitions import OPEN, is_allowed
from . import breaker
from .schedule import next_poll
from .views_of import attempt_view, snapshot

logger = logging.getLogger(__name__)

_PAYABLE = {OrderState.OPEN, OrderState.PENDING, OrderState.CHARGED_BACK}


def start_payment(
    *,
    order: PaymentOrder,
    contract: PaymentContract,
    urls: Callable[[PaymentAttempt], ReturnUrls],
    method: str = "",
) -> str:
    """Begin an attempt and return the address to send the payer to.

    The attempt is committed before the provider is called; a crash or time-out in between leaves it ``unknown``
    and the poller finds out. A double click gets the address of the attempt that is already under way. ``method``
    is one of the contract's ways of paying. A provider that did not answer lately is not asked at all.

    Locks the order. Must not run in a transaction of the caller. Raises OrderNotPayable, AlreadyStarting (a
    second click while the provider has not answered the first), ContractNotUsable, ProviderRefused,
    ProviderUnavailable.
    """
    provider = providers.for_contract(contract)
    if not provider.can.online:
        raise ContractNotUsable("Nothing can be begun with this contract.")
    if breaker.is_open(contract):
        raise ProviderUnavailable("The provider does not answer at the moment.")
    attempt, is_new = _committed_attempt(order, contract, method)
    if not is_new:
        return attempt.redirect_url
    try:
        redirect = provider.start(attempt_view(attempt), urls=urls(attempt))
    except ProviderRefused as error:
        _note(attempt, AttemptState.FAILED, str(error))
        raise
    except ProviderUnavailable as error:
        breaker.note_failure(contract, str(error))
        _note(attempt, AttemptState.UNKNOWN, str(error))
        raise
    except Exception as error:
        # An adapter's own mistake: whether the provider got it is unknown as well.
        log_failure(logger, f"Starting attempt {attempt.pk} failed", error)
        _note(attempt, AttemptState.UNKNOWN, type(error).__name__)
        raise ProviderUnavailable("The provider's answer could not be used.") from error
    breaker.note_success(contract)
    _bind(attempt, redirect)
    return redirect.url


@transaction.atomic
def _committed_attempt(order: PaymentOrder, contract: PaymentContract, method: str) -> tuple[PaymentAttempt, bool]:
    order = PaymentOrder.objects.select_for_update().get(pk=order.pk)
    if order_state(order) not in _PAYABLE:
        raise OrderNotPayable("There is nothing to pay here any more.")
    if order.attempts.filter(state__in=OPEN, payer_done_at__isnull=False).exists():
        raise OrderNotPayable("A payment of this order is on its way already.")
    cents = due_cents(order)
    _check_way(order, contract, method, cents)
    if running := _running(order, contract, method, cents):
        return running, False
    attempt = PaymentAttempt.objects.create(
        order=order,
        contract=contract,
        provider=contract.provider,
        method=method,
        config=snapshot(contract),
        merchant_tx_id=_transaction_id(order),
        amount_cents=cents,
        currency=order.currency,
        state=AttemptState.STARTING,
    )
    attempt.next_poll_at = next_poll(attempt)
    attempt.save(update_fields=["next_poll_at"])
    return attempt, True


def _check_way(order: PaymentOrder, contract: PaymentContract, method: str, cents: int) -> None:
    if contract.site_id != order.site_id or not ways.is_offered(contract) or not ways.takes(contract, cents):
        raise ContractNotUsable("This way of paying is not offered here.")
    if method not in {way.method for way in ways.ways_of(contract)}:
        raise ContractNotUsable(f'The contract does not offer "{method}".')


def _transaction_id(order: PaymentOrder) -> str:
    """Unique, with the reference in front for people; 36 characters every provider takes (XBezahldienste 1.0.0)."""
    readable = re.sub(r"[^A-Za-z0-9]", "", order.reference)[:23]
    return f"{readable}-{secrets.token_hex(6)}"


def _running(order: PaymentOrder, contract: PaymentContract, method: str, cents: int) -> PaymentAttempt | None:
    """The attempt a second click finds. Raises AlreadyStarting while it has no address yet."""
    # One query: an attempt that gets its address between two would be seen by neither.
    attempts = list(order.attempts.filter(contract=contract, method=method, amount_cents=cents))
    for attempt in attempts:
        if attempt.state == AttemptState.PENDING and attempt.redirect_url:
            return attempt
    since = timezone.now() - datetime.timedelta(seconds=2 * conf.get().PROVIDER_TIMEOUT)
    if any(attempt.state == AttemptState.STARTING and attempt.created_at > since for attempt in attempts):
        raise AlreadyStarting("This payment is being prepared: look again in a few seconds.")
    return None


@transaction.atomic
def _bind(attempt: PaymentAttempt, redirect: Redirect) -> None:
    """Remember the provider's answer. A notification may have been faster: then its state stays."""
    row = PaymentAttempt.objects.select_for_update().get(pk=attempt.pk)
    row.redirect_url = redirect.url
    row.provider_ref = row.provider_ref or redirect.provider_ref
    row.last_error = ""
    if is_allowed(row.state, AttemptState.PENDING):
        row.state = AttemptState.PENDING
    row.version += 1
    row.save()


@transaction.atomic
def _note(attempt: PaymentAttempt, state: AttemptState, error: str) -> None:
    row = PaymentAttempt.objects.select_for_update().get(pk=attempt.pk)
    row.last_error = error[:300]
    if is_allowed(row.state, state):
        row.state = state
    row.version += 1
    row.next_poll_at = next_poll(row)
    row.save()
