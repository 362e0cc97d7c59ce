from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedJSONField, EncryptedTextField
from wagtail.models import Site

from wagtail_buergerportal.communes.models import Department
from wagtail_buergerportal.identity.models import Citizen


class CaseState(models.TextChoices):
    # not yet for the clerk
    WAITING_FOR_PAYMENT = "waiting_for_payment", _("waiting for payment")
    # the clerk's
    RECEIVED = "received", _("received")
    IN_PROGRESS = "in_progress", _("being processed")
    # ended
    DONE = "done", _("done")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Case(models.Model):
    """What somebody handed in, as they handed it in. Number and secret together open it to its sender.

    ``purge_on`` is set when the case ends: from that day on it may be deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="cases")
    department = models.ForeignKey(
        Department, verbose_name=_("department"), on_delete=models.PROTECT, related_name="cases"
    )
    number = models.CharField(_("number"), max_length=24, unique=True)
    submission_key = models.UUIDField(unique=True, editable=False)
    secret_hash = models.CharField(max_length=128, editable=False)
    title = models.CharField(_("title"), max_length=120)
    service_key = models.CharField(max_length=80)
    language = models.CharField(max_length=10, default="de")
    state = models.CharField(_("state"), max_length=24, choices=CaseState.choices, default=CaseState.RECEIVED)
    answers = EncryptedJSONField(default=dict)
    summary = EncryptedJSONField(default=list)
    contact_email = EncryptedTextField(null=True, blank=True)  # an encrypted field stores nothing as NULL
    fee_cents = models.PositiveBigIntegerField(_("fee in cents"), default=0)
    payment_due_on = models.DateField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    citizen = models.ForeignKey(Citizen, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assigned to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    retention_days = models.PositiveSmallIntegerField(default=365)
    created_at = models.DateTimeField(_("received at"), auto_now_add=True, db_index=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    purge_on = models.DateField(_("to be deleted on"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["site", "department", "state"], name="cases_inbox")]

    def __str__(self) -> str:
        return self.number


class CaseNumberRange(models.Model):
    """Counter of one commune and year, locked while a number is taken."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "year"], name="cases_number_range")]

    def __str__(self) -> str:
        return f"{self.site_id}/{self.year}"
