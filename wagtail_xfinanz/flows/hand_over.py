"""A person, or the release itself, asks that a batch be handed over; decisions about hand-overs that stick."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task
from wagtail.log_actions import log

from ..deliveries.registry import DOWNLOAD
from ..errors import BookkeepingError, NothingToDo, ReasonMissing, WrongState
from ..models import (
    MAY_HAVE_ARRIVED,
    UNDER_WAY,
    Batch,
    BatchDelivery,
    BatchFile,
    BatchState,
    DeliveryChannel,
    DeliveryState,
    EventKind,
)
from .arrived import mark_exported
from .deliver import deliver
from .trail import tell


@transaction.atomic
def hand_over(batch: Batch, *, by: Any, reason: str = "") -> BatchDelivery:
    """Ask for a hand-over through the tenant's channel; it is tried at once, after commit.

    Once a hand-over has or may have arrived, another one needs a reason and is marked as repeated. One that is
    uncertain is given up by asking for another one. Locks the batch. Raises WrongState, NothingToDo, ReasonMissing.
    """
    batch = Batch.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=batch.pk)
    channel = DeliveryChannel.objects.filter(tenant=batch.tenant_id, is_active=True).first()
    if channel is None:
        raise NothingToDo(_("The tenant has no channel: download the file and read it into the finance system."))
    channel.tenant = batch.tenant
    file = file_of(batch, channel.format_name)
    is_repeat = may_have_arrived(batch)
    _check_reason(reason, is_repeat=is_repeat)
    _set_aside(batch, by=by)
    delivery = BatchDelivery.objects.create(
        batch=batch,
        file=file,
        channel=channel,
        kind=channel.kind,
        is_repeat=is_repeat,
        reason=reason.strip()[:200],
        next_try_at=timezone.now(),
        requested_by=by,
    )
    tell(batch, EventKind.REQUESTED, delivery=delivery, by=by, text=delivery.reason)
    log(instance=batch, action="wagtail_xfinanz.deliver", user=by)
    _soon(delivery)
    return delivery


def hand_over_released(batch: Batch) -> None:
    """Called in the transaction of the release: hand over by itself if the tenant's channel wants that."""
    channels = DeliveryChannel.objects.filter(tenant=batch.tenant_id, is_active=True, is_automatic=True)
    if not channels.exists():
        return
    try:
        hand_over(batch, by=None)
    except BookkeepingError as error:
        # A channel that is set up badly must not hold up the release; the trail and the list of hand-overs show it.
        tell(batch, EventKind.WITHHELD, text=str(error))


@transaction.atomic
def hand_over_by_hand(batch: Batch, *, by: Any, reason: str) -> BatchDelivery:
    """A person carries the file over instead of the channel; afterwards it can be downloaded.

    Locks the batch. Raises WrongState, ReasonMissing.
    """
    batch = Batch.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=batch.pk)
    file = file_of(batch, batch.tenant.default_format)
    is_repeat = may_have_arrived(batch)
    _check_reason(reason, is_repeat=is_repeat)
    _set_aside(batch, by=by, also_waiting=True)
    return _downloaded(batch, file, by=by, is_repeat=is_repeat, reason=reason)


def note_download(batch: Batch, file: BatchFile, *, by: Any) -> None:
    """Called in the transaction of the export, with the batch locked. The first download is a hand-over, others copies.

    Raises WrongState if the finance system might get the batch twice.
    """
    if batch.state != BatchState.RELEASED:
        tell(batch, EventKind.COPIED, by=by, text=file.filename)
        return
    if may_have_arrived(batch) or under_way(batch):
        raise WrongState(
            _("This batch is being handed over by its channel, or may have been. See its trail before you download it.")
        )
    _downloaded(batch, file, by=by)


def _downloaded(batch: Batch, file: BatchFile, *, by: Any, is_repeat: bool = False, reason: str = "") -> BatchDelivery:
    delivery = BatchDelivery.objects.create(
        batch=batch,
        file=file,
        kind=DOWNLOAD,
        state=DeliveryState.SENT,
        is_repeat=is_repeat,
        reason=reason.strip()[:200],
        requested_by=by,
        sent_at=timezone.now(),
    )
    tell(batch, EventKind.SENT, delivery=delivery, by=by, text=delivery.reason or file.filename)
    mark_exported(batch, by=by)
    return delivery


@transaction.atomic
def retry(delivery: BatchDelivery, *, by: Any) -> None:
    """Try a failed hand-over again, or look again what became of an uncertain one. Locks batch and hand-over.

    Raises WrongState.
    """
    batch, row = _locked(delivery)
    if row.state not in (*UNDER_WAY, DeliveryState.FAILED):
        raise WrongState(_("This hand-over has arrived. To hand the batch over again, say why."))
    if row.channel is None or not row.channel.is_active:
        raise WrongState(_("The channel of this hand-over is not active any more."))
    if row.state == DeliveryState.FAILED:
        if may_have_arrived(batch) or under_way(batch):
            raise WrongState(_("The batch has been handed over otherwise meanwhile."))
        row.state = DeliveryState.WAITING
    row.tries, row.next_try_at = 0, timezone.now()
    row.save(update_fields=["state", "tries", "next_try_at"])
    tell(batch, EventKind.REQUESTED, delivery=row, by=by)
    _soon(row)


@transaction.atomic
def confirm_receipt(delivery: BatchDelivery, *, by: Any, note: str = "") -> None:
    """A person has seen the batch in the finance system. Locks batch and hand-over. Raises WrongState."""
    batch, row = _locked(delivery)
    if row.state not in (DeliveryState.SENT, DeliveryState.UNKNOWN):
        raise WrongState(_("Only a batch that was or may have been handed over can be confirmed."))
    now = timezone.now()
    row.state, row.received_at, row.next_try_at, row.token = DeliveryState.RECEIVED, now, None, ""
    row.last_error = ""
    row.sent_at = row.sent_at or now
    row.save()
    mark_exported(batch, by=by)
    tell(batch, EventKind.RECEIVED, delivery=row, by=by, text=note)


def may_have_arrived(batch: Batch) -> bool:
    return batch.state != BatchState.RELEASED or batch.deliveries.filter(state__in=MAY_HAVE_ARRIVED).exists()


def under_way(batch: Batch) -> bool:
    return batch.deliveries.filter(state__in=UNDER_WAY).exists()


def file_of(batch: Batch, name: str) -> BatchFile:
    """Raises WrongState before release or if there is no file in this format."""
    if not batch.is_final:
        raise WrongState(_("Only released batches can be exported."))
    found = batch.files.filter(format=name).first()
    if found is None:
        raise WrongState(_("This batch was released without a file in the format “%(name)s”.") % {"name": name})
    return found


def _check_reason(reason: str, *, is_repeat: bool) -> None:
    if is_repeat and not reason.strip():
        raise ReasonMissing(_("The finance system may have this batch already. Please say why it gets it again."))


def _set_aside(batch: Batch, *, by: Any, also_waiting: bool = False) -> None:
    """Make room for another hand-over: what is uncertain is given up, and what waits for a channel that is gone.

    Raises WrongState for one that is under way in earnest.
    """
    rows = batch.deliveries.select_for_update(of=("self",)).filter(state__in=UNDER_WAY).select_related("channel")
    for row in rows:
        is_stuck = row.channel is not None and not row.channel.is_active
        is_over = row.next_try_at is None or row.next_try_at <= timezone.now()
        if row.state == DeliveryState.WAITING and (also_waiting or is_stuck):
            row.state, kind = DeliveryState.FAILED, EventKind.FAILED
        elif row.state == DeliveryState.UNKNOWN or (row.state == DeliveryState.SENDING and is_stuck and is_over):
            row.state, kind = DeliveryState.GIVEN_UP, EventKind.GIVEN_UP
        else:
            raise WrongState(_("“%(file)s” is being handed over already.") % {"file": row.file})
        row.next_try_at, row.token = None, ""
        row.save(update_fields=["state", "next_try_at", "token"])
        tell(batch, kind, delivery=row, by=by, text=_("Another way was chosen."))


def _locked(delivery: BatchDelivery) -> tuple[Batch, BatchDelivery]:
    batch = Batch.objects.select_for_update().get(pk=delivery.batch_id)
    return batch, BatchDelivery.objects.select_for_update().get(pk=delivery.pk)


@task()
def send_delivery(delivery_id: int) -> None:
    deliver(delivery_id)


def _soon(delivery: BatchDelivery) -> None:
    # Robust: the hand-over is committed; if no task can be made, xfinanz_deliver finds it.
    transaction.on_commit(lambda: send_delivery.enqueue(delivery.pk), robust=True)
