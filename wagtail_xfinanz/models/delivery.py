from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..deliveries.registry import DOWNLOAD, channels
from .batch import Batch
from .channel import DeliveryChannel
from .file import BatchFile

_USER: dict[str, Any] = {"to": settings.AUTH_USER_MODEL, "on_delete": models.PROTECT, "null": True, "related_name": "+"}


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being handed over")
    # nobody knows whether the other side has the file
    UNKNOWN = "unknown", _("uncertain")
    # still nobody knows, but a person decided not to wait for it
    GIVEN_UP = "given_up", _("uncertain, given up")
    SENT = "sent", _("handed over")
    RECEIVED = "received", _("received")
    ACKNOWLEDGED = "acknowledged", _("answered")
    # the other side surely does not have the file
    FAILED = "failed", _("failed")


UNDER_WAY = (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.UNKNOWN)
ARRIVED = (DeliveryState.SENT, DeliveryState.RECEIVED, DeliveryState.ACKNOWLEDGED)
MAY_HAVE_ARRIVED = (*ARRIVED, DeliveryState.SENDING, DeliveryState.UNKNOWN, DeliveryState.GIVEN_UP)


class BatchDelivery(models.Model):
    """One hand-over of a batch; without channel a person downloaded the file.

    The database allows one that is no repetition and has not failed, and one under way, for each batch.
    ``token`` names the try that may act now, ``renaming_token`` the last one that may have given the file its name,
    ``parts`` all whose part may still lie at the receiver.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="deliveries")
    file = models.ForeignKey(BatchFile, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.ForeignKey(DeliveryChannel, on_delete=models.PROTECT, null=True, related_name="deliveries")
    kind = models.CharField(_("channel"), max_length=40)
    is_repeat = models.BooleanField(_("handed over again"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, db_index=True)
    last_error = models.CharField(_("what went wrong"), max_length=300, blank=True)
    token = models.CharField(max_length=16, blank=True)
    renaming_token = models.CharField(max_length=16, blank=True)
    parts = models.JSONField(default=list)
    requested_by = models.ForeignKey(**_USER, verbose_name=_("asked for by"))
    requested_at = models.DateTimeField(_("asked for at"), auto_now_add=True)
    sent_at = models.DateTimeField(_("handed over at"), null=True)
    received_at = models.DateTimeField(_("received at"), null=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["batch"], condition=Q(is_repeat=False) & ~Q(state="failed"), name="xfinanz_handed_over_once"
            ),
            models.UniqueConstraint(
                fields=["batch"],
                condition=Q(state__in=[state.value for state in UNDER_WAY]),
                name="xfinanz_one_handover_under_way",
            ),
            models.CheckConstraint(
                condition=Q(is_repeat=False) | ~Q(reason=""), name="xfinanz_repeated_handover_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch}: {self.file}"

    @property
    def kind_label(self) -> str | Promise:
        return channels.label(self.kind)

    @property
    def is_download(self) -> bool:
        return self.kind == DOWNLOAD


class EventKind(models.TextChoices):
    REQUESTED = "requested", _("asked for")
    WITHHELD = "withheld", _("not handed over by itself")
    GIVEN_UP = "given_up", _("given up as uncertain")
    TRYING = "trying", _("try begun")
    SENT = "sent", _("handed over")
    FOUND = "found", _("found at the receiver, not sent again")
    NOT_SENT = "not_sent", _("did not work, will be tried again")
    UNCERTAIN = "uncertain", _("answer lost")
    FAILED = "failed", _("failed")
    RECEIVED = "received", _("received")
    ACKNOWLEDGED = "acknowledged", _("answer of the finance system")
    DECIDED = "decided", _("contradiction decided")
    ANEW = "anew", _("rejected posting decided")
    COPIED = "copied", _("copy downloaded")


class HandoverEvent(models.Model):
    """What happened to a batch after its release, when and by whom; nobody means automatically. Append-only."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="handover_events")
    delivery = models.ForeignKey(BatchDelivery, on_delete=models.PROTECT, null=True, related_name="events")
    kind = models.CharField(max_length=12, choices=EventKind.choices)
    text = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(**_USER)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.get_kind_display()}"
