"""One try to hand a batch over, safe against crashes, lost answers and several workers at any line.

What protects against a second file at the finance system: the try is committed before the channel is called; the
moment at which the file is about to get its name is committed, too; whoever finds such a moment without its end first
looks at the other side, and takes the part away from the try before, so that it can never be published unnoticed.
"""

from __future__ import annotations

import datetime
import logging
import random
import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ..deliveries.base import BaseChannel, Found, Shipment
from ..deliveries.errors import ChannelRefused, DeliveryError, NameTaken
from ..deliveries.folder import name_taken, part_name
from ..deliveries.registry import channels
from ..models import UNDER_WAY, Batch, BatchDelivery, DeliveryChannel, DeliveryState, EventKind
from .arrived import mark_exported
from .trail import tell

logger = logging.getLogger(__name__)

#: After which a try that says nothing any more counts as crashed.
LEASE = datetime.timedelta(hours=1)
MAX_TRIES = 12
#: How often and for how long to look whether the finance system has fetched a file, where it takes files away.
LOOK_EVERY, LOOK_FOR = datetime.timedelta(minutes=15), datetime.timedelta(days=14)
#: Minutes between tries; then every hour.
_PAUSES = (1, 5, 15)
_LAST_PAUSE = 60


class AnswerLost(DeliveryError):
    """Only a person can find out whether the file arrived."""


class _Superseded(Exception):
    """Another try has taken over, because this one was silent for longer than LEASE."""


def deliver_due(*, limit: int = 100) -> int:
    """Try all hand-overs that are due, and see which files have been fetched. Returns how many were tried.

    Safe to run twice. Must not run in a transaction of the caller. A channel with trouble is left alone for the rest of
    the run, so that nobody waits for its silence.
    """
    due = BatchDelivery.objects.filter(state__in=UNDER_WAY, next_try_at__lte=timezone.now(), channel__is_active=True)
    tried, silent = 0, set()
    for pk, channel_id in list(due.order_by("next_try_at", "pk").values_list("pk", "channel_id")[:limit]):
        if channel_id not in silent and deliver(pk):
            tried += 1
            if not BatchDelivery.objects.filter(pk=pk, state=DeliveryState.SENT).exists():
                silent.add(channel_id)
    for delivery in _to_be_fetched()[:limit]:
        _look_whether_fetched(delivery)
    return tried


def deliver(delivery_id: int) -> bool:
    """One try, if it is due and nobody else is at it. Must not run in a transaction of the caller."""
    delivery = _claim(delivery_id)
    if delivery is None:
        return False
    try:
        found = _place(delivery)
    except _Superseded:
        logger.warning("Hand-over %s was taken over by another worker", delivery.pk)
    except Exception as error:
        _note_trouble(delivery, error)
    else:
        _note_sent(delivery, found=found)
    return True


def _place(delivery: BatchDelivery) -> bool:
    """See to it that the file is there. True if it was there already."""
    shipment, part = shipment_of(delivery), part_name(delivery.file.filename, delivery.token)
    with open_channel(delivery.channel) as channel:  # type: ignore[arg-type]
        if _is_there(channel, shipment) or _was_published(channel, shipment, delivery):
            return True
        _withdraw_earlier(channel, delivery)
        channel.upload(shipment, part=part)
        try:
            _about_to_publish(delivery)
        except _Superseded:
            channel.withdraw(part=part)
            raise
        channel.publish(shipment, part=part)
    return False


def _is_there(channel: BaseChannel, shipment: Shipment) -> bool:
    """Raises NameTaken if another file lies there."""
    found = channel.look(shipment)
    if found is Found.OTHER:
        raise name_taken(shipment.name)
    return found is Found.SAME


def _was_published(channel: BaseChannel, shipment: Shipment, delivery: BatchDelivery) -> bool:
    """Clear up what became of the try that was about to publish. Raises AnswerLost if nobody can know."""
    if not delivery.renaming_token:
        return False
    withdrawn = channel.withdraw(part=part_name(shipment.name, delivery.renaming_token))
    if _is_there(channel, shipment):
        return True
    if not withdrawn:
        raise AnswerLost(
            _("The file is not there, but it may have been: perhaps it was fetched. Please ask the finance system.")
        )
    _update(delivery, renaming_token="")
    return False


def _withdraw_earlier(channel: BaseChannel, delivery: BatchDelivery) -> None:
    """What earlier tries left behind holds personal data, and must not appear beside this one."""
    hand_overs = BatchDelivery.objects.filter(batch=delivery.batch_id, channel=delivery.channel_id)
    for name, tokens in hand_overs.filter(pk__lte=delivery.pk).values_list("file__filename", "parts"):
        for token in tokens:
            if token != delivery.token:
                channel.withdraw(part=part_name(name, token))
    _update(delivery, parts=[delivery.token])


@transaction.atomic
def _claim(delivery_id: int) -> BatchDelivery | None:
    """Take a hand-over that is due; from the commit on everybody knows that the channel may have been called.

    Locks the batch, then the hand-over.
    """
    batch = Batch.objects.select_for_update(of=("self",)).filter(deliveries=delivery_id).first()
    rows = BatchDelivery.objects.select_for_update(skip_locked=True, of=("self",))
    due = rows.filter(state__in=UNDER_WAY, next_try_at__lte=timezone.now(), channel__is_active=True)
    delivery = due.select_related("file", "channel__tenant__site").filter(pk=delivery_id).first()
    if batch is None or delivery is None:
        return None
    delivery.state, delivery.token = DeliveryState.SENDING, secrets.token_hex(8)
    delivery.tries += 1
    delivery.parts.append(delivery.token)
    delivery.next_try_at = timezone.now() + LEASE
    delivery.save(update_fields=["state", "token", "tries", "parts", "next_try_at"])
    tell(batch, EventKind.TRYING, delivery=delivery)
    return delivery


def _about_to_publish(delivery: BatchDelivery) -> None:
    _update(delivery, renaming_token=delivery.token)


def _update(delivery: BatchDelivery, **values: Any) -> None:
    """Raises _Superseded if this try may not act any more."""
    mine = BatchDelivery.objects.filter(pk=delivery.pk, token=delivery.token, state=DeliveryState.SENDING)
    if not mine.update(**values):
        raise _Superseded
    for name, value in values.items():
        setattr(delivery, name, value)


def _note_sent(delivery: BatchDelivery, *, found: bool) -> None:
    with transaction.atomic():
        batch, row = _mine(delivery)
        if row is None:
            return
        row.state, row.sent_at, row.last_error = DeliveryState.SENT, timezone.now(), ""
        is_emptied = delivery.channel.options.get("is_emptied")  # type: ignore[union-attr]
        row.next_try_at = row.sent_at + LOOK_EVERY if is_emptied else None
        row.save()
        mark_exported(batch, by=row.requested_by)
        kind = EventKind.FOUND if found else EventKind.SENT
        tell(batch, kind, delivery=row, text=f"{row.file.filename} {row.file.sha256}")


def _note_trouble(delivery: BatchDelivery, error: Exception) -> None:
    """Uncertain once the file was about to get its name, otherwise surely not there."""
    # Only the kind is logged: the text of such an error may repeat what the channel keeps secret.
    logger.warning("Hand-over %s: %s", delivery.pk, type(error).__name__)
    with transaction.atomic():
        batch, row = _mine(delivery)
        if row is None:
            return
        is_uncertain = _is_uncertain(row, error)
        is_last = isinstance(error, ChannelRefused | AnswerLost) or row.tries >= MAX_TRIES
        row.last_error = words(error, delivery.channel)[:300]
        row.next_try_at = None if is_last else timezone.now() + _pause(row.tries)
        row.state, kind = _after_trouble(is_uncertain=is_uncertain, is_last=is_last)
        row.renaming_token = row.renaming_token if is_uncertain else ""
        row.save()
        tell(batch, kind, delivery=row, text=row.last_error)


def _is_uncertain(row: BatchDelivery, error: Exception) -> bool:
    """Whether the file may have got its name all the same. This very try knows if another file was in its way."""
    if isinstance(error, NameTaken) and row.renaming_token == row.token:
        return False
    return bool(row.renaming_token)


def _after_trouble(*, is_uncertain: bool, is_last: bool) -> tuple[DeliveryState, EventKind]:
    if is_uncertain:
        return DeliveryState.UNKNOWN, EventKind.UNCERTAIN
    return (DeliveryState.FAILED, EventKind.FAILED) if is_last else (DeliveryState.WAITING, EventKind.NOT_SENT)


def _mine(delivery: BatchDelivery) -> tuple[Batch, BatchDelivery | None]:
    """Locks the batch, then the hand-over; None if another try has taken over."""
    batch = Batch.objects.select_for_update().get(pk=delivery.batch_id)
    rows = BatchDelivery.objects.select_for_update().filter(state=DeliveryState.SENDING, token=delivery.token)
    return batch, rows.filter(pk=delivery.pk).first()


def _pause(tries: int) -> datetime.timedelta:
    minutes = _PAUSES[tries - 1] if tries <= len(_PAUSES) else _LAST_PAUSE
    return datetime.timedelta(minutes=minutes * random.uniform(1, 1.2))  # noqa: S311


def _to_be_fetched() -> QuerySet[BatchDelivery]:
    rows = BatchDelivery.objects.filter(state=DeliveryState.SENT, next_try_at__lte=timezone.now())
    return rows.filter(channel__is_active=True).select_related("file", "channel__tenant__site").order_by("next_try_at")


def _look_whether_fetched(delivery: BatchDelivery) -> None:
    try:
        with open_channel(delivery.channel) as channel:  # type: ignore[arg-type]
            is_gone = channel.look(shipment_of(delivery)) is Found.NOTHING
    except Exception as error:
        logger.warning("Hand-over %s cannot be looked after: %s", delivery.pk, type(error).__name__)
        is_gone = False
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=delivery.batch_id)
        row = BatchDelivery.objects.select_for_update().filter(pk=delivery.pk, state=DeliveryState.SENT).first()
        if row is None:
            return
        now = timezone.now()
        row.next_try_at = now + LOOK_EVERY if not is_gone and now < (row.sent_at or now) + LOOK_FOR else None
        if is_gone:
            row.state, row.received_at = DeliveryState.RECEIVED, now
            tell(batch, EventKind.RECEIVED, delivery=row, text=_("The finance system has fetched the file."))
        row.save()


def shipment_of(delivery: BatchDelivery) -> Shipment:
    file = delivery.file
    return Shipment(file.filename, file.size, file.sha256, file.stream)


def open_channel(channel: DeliveryChannel) -> BaseChannel:
    """The channel's adapter, not yet connected. Raises KeyError if it is not installed any more."""
    return channels.open(
        channel.kind,
        options=channel.options,
        credentials=channel.credentials,
        hostname=channel.tenant.site.hostname,
    )


def words(error: Exception, channel: DeliveryChannel | None) -> str:
    """What went wrong, for people and without secrets."""
    if isinstance(error, DeliveryError):
        text = str(error)
    elif isinstance(error, OSError) and error.strerror:
        text = error.strerror
    else:
        text = _("The connection broke off (%(error)s).") % {"error": type(error).__name__}
    credentials: Mapping[str, str] = channel.credentials if channel else {}
    for secret in sorted(filter(None, credentials.values()), key=len, reverse=True):
        text = text.replace(secret, "•••")
    return text
