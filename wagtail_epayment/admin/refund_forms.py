"""What people enter about money that goes back. The flows decide; the forms say early what would be refused."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_sitekit.money import format_money

from ..flows import refundable_cents
from ..models import LedgerEntry
from .money import EuroField


class AskForm(forms.Form):
    """How much of one payment is to go back, and why; beside it what the person saw as refundable."""

    amount = EuroField(label=_("Amount (€)"))
    reason = forms.CharField(label=_("Reason"), max_length=300)
    believed_cents = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, payment: LedgerEntry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payment = payment
        self.refundable = refundable_cents(payment)
        most = format_money(self.refundable, payment.currency)
        self.fields["amount"].initial = self.fields["believed_cents"].initial = self.refundable
        self.fields["amount"].help_text = _("At most %(amount)s.") % {"amount": most}

    def clean_amount(self) -> int:
        cents: int = self.cleaned_data["amount"]
        if not 0 < cents <= self.refundable:
            most = format_money(self.refundable, self.payment.currency)
            raise forms.ValidationError(_("Please enter an amount up to %(amount)s.") % {"amount": most})
        return cents

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("believed_cents") != self.refundable:
            # What is shown again is what can be given back now.
            self.data = {name: self.data[name] for name in self.data} | {"believed_cents": str(self.refundable)}
            now = format_money(self.refundable, self.payment.currency)
            raise forms.ValidationError(
                _("Meanwhile something has changed: %(amount)s can be given back now. Please look again.")
                % {"amount": now}
            )
        return cleaned


class ReasonForm(forms.Form):
    """A decision against something needs a reason."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class RemarkForm(forms.Form):
    """A decision for something may have one."""

    reason = forms.CharField(label=_("Remark"), max_length=300, required=False)


class ConfirmForm(forms.Form):
    """How a refund ended that no provider will tell of."""

    result = forms.ChoiceField(
        label=_("Result"),
        choices=[("succeeded", _("The money has been given back")), ("failed", _("The money was not given back"))],
        widget=forms.RadioSelect,
    )
    reference = forms.CharField(
        label=_("Reference of the transfer"),
        max_length=120,
        required=False,
        help_text=_("As it stands on the bank statement."),
    )
    reason = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("result") == "succeeded" and not cleaned.get("reference"):
            self.add_error("reference", _("Please give the reference of the transfer."))
        if cleaned.get("result") == "failed" and not cleaned.get("reason"):
            self.add_error("reason", _("Please say why."))
        return cleaned


class ChargebackForm(forms.Form):
    """A Rücklastschrift somebody read on a bank statement, or its return."""

    kind = forms.ChoiceField(
        label=_("What the bank did"),
        choices=[
            ("taken", _("The payer's bank took the money back (chargeback)")),
            ("returned", _("The bank gave a chargeback's money back to us")),
        ],
        widget=forms.RadioSelect,
        initial="taken",
    )
    amount = EuroField(label=_("Amount (€)"), min_value=0)
    fee = EuroField(label=_("Fee of the bank (€)"), min_value=0, required=False)
    occurred_on = forms.DateField(
        label=_("Day on the bank statement"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reference = forms.CharField(label=_("Reference of the bank"), max_length=120)
    reason = forms.CharField(
        label=_("Where you know it from"), max_length=300, help_text=_("E.g. bank statement 117, page 2.")
    )

    def __init__(self, *args: Any, payment: LedgerEntry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].initial = payment.amount_cents

    def clean_occurred_on(self) -> Any:
        day = self.cleaned_data["occurred_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is in the future."))
        return day
