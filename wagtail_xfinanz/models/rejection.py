from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .posting_record import PostingRecord


class RejectionStep(models.TextChoices):
    ANEW = "anew", _("post anew")
    HOLD = "hold", _("to be clarified with the finance system")


class RejectionDecision(models.Model):
    """What a person decided about a posting the finance system rejected. Append-only; the newest one holds.

    ``posting_key`` is what this part of the payment is booked on from now on; empty: as the rejected posting was.
    """

    record = models.ForeignKey(PostingRecord, on_delete=models.PROTECT, related_name="rejection_decisions")
    step = models.CharField(_("decision"), max_length=8, choices=RejectionStep.choices)
    posting_key = models.CharField(_("posting key"), max_length=80, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), auto_now_add=True)

    class Meta:
        verbose_name = _("decision about a rejected posting")
        verbose_name_plural = _("decisions about rejected postings")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="xfinanz_rejection_has_reason")]

    def __str__(self) -> str:
        return f"{self.record}: {self.get_step_display()}"
