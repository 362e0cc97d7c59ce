"""The inbox: what providers say is kept as it came, committed, before anybody tries to understand it.

Anybody can knock at the door, so what proves nothing, and what only repeats, is kept up to a number an hour; what is
genuine and about nothing we know, up to a number a day.
"""

from __future__ import annotations

import datetime
import json
import logging

from django.db import DatabaseError
from django.db.models import F, QuerySet
from django.db.models.lookups import IsNull
from django.utils import timezone

from .. import conf
from ..errors import Garbage, InboxFull, NotUnderstood, PaymentError
from ..models import MessageSource, PaymentContract, ProviderMessage, UnkeptMessages
from ..providers.base import RawMessage, Said
from ..providers.registry import providers
from .apply import apply_message, finish

logger = logging.getLogger(__name__)

#: A message younger than this may still be in the hands of the request that brought it.
_IN_HANDS = datetime.timedelta(minutes=1)
#: So much is kept of a message without proof.
_UNPROVEN_BYTES = 4096


def receive(*, contract: PaymentContract, source: MessageSource, raw: RawMessage) -> ProviderMessage:
    """Keep a notification as it came, less what its provider scrubs, then understand and apply it.

    Must not run in a transaction of the caller: what came in stays even if understanding it fails. Raises
    Garbage for what cannot be a message of this provider, and InboxFull for one that proves nothing, or that nobody
    understands, while there are too many of these; they alone are not kept.
    """
    provider = providers.for_contract(contract)
    try:
        said = provider.parse_notification(raw)
    except NotUnderstood as error:
        _refuse_beyond(contract)
        message = store(contract=contract, source=source, raw=provider.scrub(raw))
        return finish(message, is_verified=True, discrepancy=str(error))
    if not said.is_verified:
        _refuse_beyond(contract)
    scrubbed = provider.scrub(raw)
    message = store(contract=contract, source=source, raw=scrubbed if said.is_verified else _beginning(scrubbed))
    message = apply_message(message, said)
    if _is_repetition(message, said) and _is_full(
        _idle(contract).filter(discrepancy="").exclude(pk=message.pk), conf.get().UNPROVEN_PER_HOUR
    ):
        message.delete()
    if _is_unknown(message) and _is_full(_unknown(contract).exclude(pk=message.pk), conf.get().UNKNOWN_PER_DAY):
        _count_only(message)
    return message


def _is_unknown(message: ProviderMessage) -> bool:
    return message.processed_at is None and message.attempt is None


def _unknown(contract: PaymentContract) -> QuerySet[ProviderMessage]:
    """Genuine messages of the last day about payments we do not know."""
    since = timezone.now() - datetime.timedelta(days=1)
    waiting = ProviderMessage.objects.filter(contract=contract, processed_at=None, attempt=None)
    return waiting.filter(is_verified=True, received_at__gte=since)


def _count_only(message: ProviderMessage) -> None:
    message.delete()
    row, __ = UnkeptMessages.objects.get_or_create(contract=message.contract, day=timezone.localdate())
    UnkeptMessages.objects.filter(pk=row.pk).update(count=F("count") + 1)


def _refuse_beyond(contract: PaymentContract) -> None:
    if _is_full(_idle(contract).exclude(discrepancy=""), conf.get().UNPROVEN_PER_HOUR):
        raise InboxFull("Too many messages that prove nothing have come in during the last hour.")


def _idle(contract: PaymentContract) -> QuerySet[ProviderMessage]:
    """What came in lately and moved nothing: with a discrepancy if forged or not understood, else said before."""
    since = timezone.now() - datetime.timedelta(hours=1)
    messages = ProviderMessage.objects.filter(contract=contract, source=MessageSource.NOTIFY, dedupe_key="")
    return messages.filter(received_at__gte=since)


def _is_full(messages: QuerySet[ProviderMessage], most: int) -> bool:
    return messages[:most].count() >= most


def _is_repetition(message: ProviderMessage, said: Said) -> bool:
    """Among genuine messages only the first of its kind has the key."""
    return bool(message.is_verified and message.processed_at and said.dedupe_key and not message.dedupe_key)


def _beginning(raw: RawMessage) -> RawMessage:
    """Enough to see what somebody tried; proof it has none anyway."""
    headers = {name: value[:_UNPROVEN_BYTES] for name, value in raw.headers.items()}
    return RawMessage(body=raw.body[:_UNPROVEN_BYTES], headers=headers)


def store(*, contract: PaymentContract, source: MessageSource, raw: RawMessage) -> ProviderMessage:
    text = json.dumps({"body": raw.body.decode("latin-1"), "headers": dict(raw.headers)})
    return ProviderMessage.objects.create(provider=contract.provider, contract=contract, source=source, raw=text)


def kept(message: ProviderMessage) -> RawMessage:
    """The message as it came."""
    found = json.loads(message.raw)
    return RawMessage(body=found["body"].encode("latin-1"), headers=found["headers"])


def process_left_over(*, limit: int = 500) -> int:
    """Apply messages that were kept but never applied, because the process died in between. Returns how many.

    Applying is harmless twice, so two runs at once do no damage. Those that were never tried come first, then those
    that wait for something of a payment we know, so that those about unknown payments, however many, keep neither
    waiting.
    """
    before = timezone.now() - _IN_HANDS
    waiting = ProviderMessage.objects.filter(processed_at=None, received_at__lt=before).select_related("contract")
    waiting = waiting.order_by("is_verified", IsNull(F("attempt"), True), "pk")
    return sum(_process(message) for message in waiting[:limit])


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


def forget_unproven(*, limit: int = 1000) -> int:
    """Delete old messages without proof about which nobody has decided anything. Returns how many."""
    before = timezone.now() - datetime.timedelta(days=conf.get().UNPROVEN_DAYS)
    old = ProviderMessage.objects.filter(
        source=MessageSource.NOTIFY, dedupe_key="", is_verified=False, received_at__lt=before, decisions=None
    ).exclude(processed_at=None)
    return ProviderMessage.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]
