from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedJSONField, EncryptedTextField
from wagtail.models import Site

from .attempt import PaymentAttempt
from .contract import PaymentContract
from .ledger import LedgerEntry
from .order import PaymentOrder


class LineKind(models.TextChoices):
    PAYMENT = "payment", _("payment")
    REFUND = "refund", _("refund")
    REFUND_REVERSAL = "refund_reversal", _("refund that came back")
    CHARGEBACK = "chargeback", _("chargeback")
    CHARGEBACK_REVERSAL = "chargeback_reversal", _("chargeback reversed")
    FEE = "fee", _("provider fee")
    PAYOUT = "payout", _("payout to the commune")
    OTHER = "other", _("other")


class MatchClass(models.TextChoices):
    """What the comparison of a line with our own books says."""

    MATCHED = "matched", _("agrees")
    BOOKED = "booked", _("booked from the report")
    AMOUNT_DIFFERS = "amount_differs", _("amount differs")
    UNKNOWN = "unknown", _("unknown to us")
    AMBIGUOUS = "ambiguous", _("fits several")
    IGNORED = "ignored", _("nothing of ours")


class WhyOpen(models.TextChoices):
    """Why a line is not simply matched; what it means and what to do is said in ``reconciliation/explain.py``."""

    TO_BOOK = "to_book", _("is being booked from the report")
    NO_NAME = "no_name", _("names no payment")
    NOT_FOUND = "not_found", _("names a payment that is not here")
    NO_ATTEMPT = "no_attempt", _("names an order nobody began to pay online")
    SEVERAL_ORDERS = "several_orders", _("names several orders")
    SEVERAL_PAYMENTS = "several_payments", _("fits several payments")
    SEVERAL_PAYOUTS = "several_payouts", _("fits several payouts")
    CONTRADICTION = "contradiction", _("its references contradict each other")
    SETTLED_TWICE = "settled_twice", _("the payment has been settled before")
    AMOUNT = "amount", _("another amount")
    CURRENCY = "currency", _("another currency")
    BATCH = "batch", _("the parts do not add up to the batch")
    REFUSED = "refused", _("could not be booked")
    NOT_WHAT_IS_DUE = "not_what_is_due", _("transferred, but not what is due")
    NOTHING_DUE = "nothing_due", _("transferred, but nothing is due")
    WITHDRAWN = "withdrawn", _("transferred for a withdrawn order")


class SettlementReport(models.Model):
    """A report on money that moved, as it came: of a provider (``contract``) or of the commune's bank (none)."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="settlement_reports", verbose_name=_("site"))
    contract = models.ForeignKey(
        PaymentContract, null=True, blank=True, on_delete=models.PROTECT, related_name="settlement_reports"
    )
    format = models.CharField(_("format"), max_length=40)
    reference = models.CharField(_("reference"), max_length=120)
    period_from = models.DateField(_("from"), null=True, blank=True)
    period_to = models.DateField(_("to"), null=True, blank=True)
    paid_on = models.DateField(_("paid out on"), null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    total_cents = models.BigIntegerField(_("total in cents"), null=True, blank=True)
    lines_cents = models.BigIntegerField(_("sum of its lines in cents"), default=0)
    line_count = models.PositiveIntegerField(_("lines"), default=0)
    new_count = models.PositiveIntegerField(_("lines no earlier report had"), default=0)
    options = models.JSONField(default=dict, blank=True)
    sha256 = models.CharField(max_length=64)
    raw = EncryptedTextField()
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    imported_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("settlement report")
        verbose_name_plural = _("settlement reports")
        ordering = ["-imported_at"]
        constraints = [
            models.UniqueConstraint(fields=["site", "format", "sha256", "reference"], name="epayment_report_once")
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.reference}"

    @property
    def difference_cents(self) -> int:
        """What the report says its lines add up to, less what they do; 0 if it says nothing."""
        return 0 if self.total_cents is None else self.total_cents - self.lines_cents


class SettlementLine(models.Model):
    """One movement of a report; signed cents from the commune's point of view. ``key`` makes it unique per source,
    so that overlapping reports do not count it twice.
    """

    report = models.ForeignKey(SettlementReport, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    source = models.CharField(max_length=60)
    key = models.CharField(max_length=150)
    kind = models.CharField(_("kind"), max_length=20, choices=LineKind.choices)
    amount_cents = models.BigIntegerField(_("amount in cents"))
    currency = models.CharField(max_length=3)
    provider_ref = models.CharField(max_length=120, blank=True, db_index=True)
    payment_ref = models.CharField(max_length=120, blank=True)
    merchant_tx_id = models.CharField(max_length=64, blank=True)
    reference = models.CharField(_("payment reference (Kassenzeichen)"), max_length=40, blank=True, db_index=True)
    details = EncryptedJSONField(default=dict, blank=True)
    booked_on = models.DateField(_("booked on"), null=True, blank=True)
    match = models.CharField(_("comparison"), max_length=20, choices=MatchClass.choices, default=MatchClass.UNKNOWN)
    attempt = models.ForeignKey(
        PaymentAttempt, null=True, blank=True, on_delete=models.PROTECT, related_name="settlement_lines"
    )
    order = models.ForeignKey(
        PaymentOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="settlement_lines"
    )
    entry = models.ForeignKey(
        LedgerEntry, null=True, blank=True, on_delete=models.PROTECT, related_name="settlement_lines"
    )
    explains = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="explained_by",
        verbose_name=_("batch this line is a part of"),
    )  # fmt: skip
    batch_key = models.CharField(max_length=150, blank=True)
    why = models.CharField(_("why it is open"), max_length=20, choices=WhyOpen.choices, blank=True)
    note = models.CharField(max_length=300, blank=True)
    matched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("settlement line")
        verbose_name_plural = _("settlement lines")
        ordering = ["report", "position"]
        indexes = [
            models.Index(fields=["booked_on"], name="epayment_line_booked_on"),
            models.Index(fields=["source", "batch_key"], condition=~models.Q(batch_key=""), name="epayment_line_batch"),
            # Few of many: what somebody still has to look at.
            models.Index(fields=["report"], condition=~models.Q(why=""), name="epayment_line_open"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["report", "position"], name="epayment_line_position"),
            models.UniqueConstraint(fields=["source", "key"], name="epayment_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}/{self.position}"


class DecisionKind(models.TextChoices):
    ASSIGN = "assign", _("assigned to an order")
    DIVIDE = "divide", _("divided among several orders")
    ACCEPT = "accept", _("difference accepted")
    INVESTIGATE = "investigate", _("to be clarified with the provider")
    CLOSE = "close", _("settled elsewhere")


#: After one of these a difference is closed; a later decision may open it again.
CLOSING = (DecisionKind.ASSIGN, DecisionKind.DIVIDE, DecisionKind.ACCEPT, DecisionKind.CLOSE)


class Decision(models.Model):
    """What a person decided about a difference: who, when, why. Never changed; a later one overrides."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("decision"), max_length=12, choices=DecisionKind.choices)
    line = models.ForeignKey(SettlementLine, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    entry = models.ForeignKey(LedgerEntry, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    message = models.ForeignKey(
        "wagtail_epayment.ProviderMessage", null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    order = models.ForeignKey(PaymentOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    reason = models.CharField(_("reason"), max_length=500)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), auto_now_add=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-decided_at", "-pk"]
        permissions = [("reconcile", "Can import reports and decide about differences")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(line__isnull=False)
                | models.Q(entry__isnull=False)
                | models.Q(message__isnull=False),
                name="epayment_decision_about_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.decided_at:%Y-%m-%d}"
