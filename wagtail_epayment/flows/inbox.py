"""The inbox: what providers say is kept as it came, committed, before anybody tries to understand it."""

from __future__ import annotations

import datetime
import json
import logging

from django.db import DatabaseError
from django.utils import timezone

from .. import conf
from ..errors import Garbage, NotUnderstood, PaymentError
from ..models import MessageSource, PaymentContract, ProviderMessage
from ..providers.base import RawMessage
from ..providers.registry import providers
from .apply import apply_message, finish

logger = logging.getLogger(__name__)

#: A message younger than this may still be in the hands of the request that brought it.
_IN_HANDS = datetime.timedelta(minutes=1)


def receive(*, contract: PaymentContract, source: MessageSource, raw: RawMessage) -> ProviderMessage:
    """Keep a notification as it came, less what its provider scrubs, then understand and apply it.

    Must not run in a transaction of the caller: what came in stays even if understanding it fails. Raises
    Garbage for what cannot be a message of this provider; that alone is not kept.
    """
    provider = providers.for_contract(contract)
    try:
        said = provider.parse_notification(raw)
    except NotUnderstood as error:
        message = store(contract=contract, source=source, raw=provider.scrub(raw))
        return finish(message, is_verified=True, discrepancy=str(error))
    message = store(contract=contract, source=source, raw=provider.scrub(raw))
    return apply_message(message, said)


def store(*, contract: PaymentContract, source: MessageSource, raw: RawMessage) -> ProviderMessage:
    text = json.dumps({"body": raw.body.decode("latin-1"), "headers": dict(raw.headers)})
    return ProviderMessage.objects.create(provider=contract.provider, contract=contract, source=source, raw=text)


def kept(message: ProviderMessage) -> RawMessage:
    """The message as it came."""
    found = json.loads(message.raw)
    return RawMessage(body=found["body"].encode("latin-1"), headers=found["headers"])


def process_left_over(*, limit: int = 500) -> int:
    """Apply messages that were kept but never applied, because the process died in between. Returns how many.

    Applying is harmless twice, so two runs at once do no damage.
    """
    before = timezone.now() - _IN_HANDS
    waiting = ProviderMessage.objects.filter(processed_at=None, received_at__lt=before)
    return sum(_process(message) for message in waiting.select_related("contract").order_by("pk")[:limit])


def _process(message: ProviderMessage) -> bool:
    if message.source != MessageSource.NOTIFY:
        finish(message)  # An answer to a question of ours: the poller simply asks again.
        return False
    try:
        said = providers.for_contract(message.contract).parse_notification(kept(message))
        if apply_message(message, said).processed_at is None and message.received_at < _given_up():
            finish(message, is_verified=message.is_verified, discrepancy=message.discrepancy)
    except (Garbage, NotUnderstood) as error:
        finish(message, discrepancy=str(error))
    except (PaymentError, DatabaseError) as error:
        logger.warning("Message %s still cannot be applied: %s", message.pk, type(error).__name__)
        return False
    return message.processed_at is not None


def _given_up() -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=conf.get().UNBOUND_DAYS)
