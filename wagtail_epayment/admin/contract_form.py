"""The form of a contract, made of what its provider asks for. Secrets go in and never come out again."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList

from .. import statement
from ..flows.contract import is_fixed, other_merchant
from ..models import ContractMethod, PaymentContract
from ..providers.base import BaseProvider
from .money import EuroField

_SECRET = "new_secret_"  # noqa: S105 - a prefix of field names
_OPTION = "option_"
_REPLACE = _("A live contract stays with its merchant. Use “Replace” to make a new contract instead.")


class BaseContractForm(WagtailAdminModelForm):
    """Says which secrets are set, never what they are; an empty field keeps the old one."""

    vendor: ClassVar[type[BaseProvider]]

    provider = forms.CharField(widget=forms.HiddenInput)
    min_cents = EuroField(label=_("smallest amount (€)"), required=False, min_value=0)
    max_cents = EuroField(label=_("largest amount (€)"), required=False, min_value=0)
    approval_above_cents = EuroField(
        label=_("refunds above this need a second person (€)"),
        min_value=0,
        help_text=_("0: every refund is approved by another person than the one who asked for it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["provider"] = self.vendor.name
        if self.instance.pk:
            for name in self.vendor.option_fields:
                self.initial[_OPTION + name] = self.instance.options.get(name, "")
        for name in self.vendor.credential_fields:
            is_set = bool(self.instance.credentials.get(name))
            help_text = _("Is set and never shown. Leave empty to keep it.") if is_set else _("Is not set yet.")
            self.fields[_SECRET + name].help_text = help_text
        self._explain()

    def _explain(self) -> None:
        # Not self["booking_text"]: that would be kept with the help text of before.
        text = forms.BoundField(self, self.fields["booking_text"], "booking_text").value() or statement.DEFAULT
        example = statement.filled(text, reference="1234567890123", purpose=str(_("Dog tax")), commune="Musterstadt")
        self.fields["booking_text"].help_text = _(
            "What stands on the payer's statement. {reference}, {purpose} and {commune} are filled in. "
            "Example: “%(example)s”"
        ) % {"example": example}
        if self._was_live:
            for name in ("site", "is_live"):
                self.fields[name].disabled = True

    @cached_property
    def _was_live(self) -> bool:
        return is_fixed(self.instance)

    def clean_provider(self) -> str:
        # The form's fields are this provider's: another one gets a form of its own.
        if self.cleaned_data["provider"] != self.vendor.name or self.instance.provider not in {"", self.vendor.name}:
            raise forms.ValidationError(_("A contract stays with its provider: deactivate it and add a new one."))
        return self.vendor.name

    def clean_booking_text(self) -> str:
        text: str = self.cleaned_data["booking_text"]
        if unknown := statement.unknown_placeholders(text):
            raise forms.ValidationError(
                _("Nothing is filled in for %(what)s. Known are {reference}, {purpose} and {commune}.")
                % {"what": ", ".join(unknown)}
            )
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (cleaned.get("min_cents") or 0) > (cleaned.get("max_cents") or float("inf")):
            self.add_error("max_cents", _("The largest amount is smaller than the smallest one."))
        if not any(name.startswith(_OPTION) for name in self.errors):
            self._check_secrets()
            self._check_merchant()
        self._check_offer(cleaned)
        return cleaned

    def _check_secrets(self) -> None:
        for name in self.vendor.required_credentials(methods=self._methods(), options=self._options()):
            if not self._credentials().get(name):
                self.add_error(_SECRET + name, _("This provider needs it."))

    def _check_merchant(self) -> None:
        if not self._was_live:
            return
        for name in other_merchant(self.instance, credentials=self._credentials(), options=self._options()):
            self.add_error((_SECRET if name in self.vendor.credential_fields else _OPTION) + name, _REPLACE)

    def _check_offer(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("is_active"):
            return
        if cleaned.get("is_live") and not self.instance.went_live_at:
            self.add_error(
                "is_active",
                _("A live contract is offered by completing its checklist. Save it without this tick first."),
            )
        same = PaymentContract.objects.filter(site=cleaned.get("site"), provider=self.vendor.name, is_active=True)
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("is_active", _("Another contract with this provider is offered already."))

    def _methods(self) -> list[str]:
        formset = self.formsets.get("methods")
        if formset is None or not formset.is_valid():
            return []
        kept = [form for form in formset.forms if form not in formset.deleted_forms]
        return [form.cleaned_data["code"] for form in kept if form.cleaned_data.get("code")]

    def _credentials(self) -> dict[str, str]:
        given = {name: self.cleaned_data.get(_SECRET + name) for name in self.vendor.credential_fields}
        return {**self.instance.credentials, **{name: value for name, value in given.items() if value}}

    def _options(self) -> dict[str, Any]:
        given = {name: self.cleaned_data.get(_OPTION + name) for name in self.vendor.option_fields}
        return {name: value for name, value in given.items() if value not in {None, ""}}

    def save(self, commit: bool = True) -> PaymentContract:
        before = (self.instance.credentials, self.instance.options)
        self.instance.credentials, self.instance.options = self._credentials(), self._options()
        if before != (self.instance.credentials, self.instance.options) or "is_live" in self.changed_data:
            # What was tried is not what is there now.
            self.instance.checked_at, self.instance.check_error = None, ""
        return super().save(commit)


class MethodForm(WagtailAdminModelForm):
    """One way of payment; a row left or made empty is no row, so that it works without JavaScript too."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("code"):
            cleaned[forms.formsets.DELETION_FIELD_NAME] = True
        return cleaned


class MethodsPanel(InlinePanel):
    """The ways of payment in the citizens' order: moved by dragging or by keyboard, or chosen row by row."""

    def __init__(self, *args: Any, vendor: type[BaseProvider], extra: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vendor, self.extra = vendor, extra

    def clone_kwargs(self) -> dict[str, Any]:
        return {**super().clone_kwargs(), "vendor": self.vendor, "extra": self.extra}

    def get_form_options(self) -> dict[str, Any]:
        options: dict[str, Any] = super().get_form_options()
        choices = [("", "–"), *self.vendor.methods.items()]
        code = forms.ChoiceField(label=_("way of payment"), choices=choices, required=False)
        form = type("VendorMethodForm", (MethodForm,), {"code": code})
        options["formsets"][self.relation_name] |= {"form": form, "extra": self.extra}
        return options


def contract_panel(vendor: type[BaseProvider], *, contract: PaymentContract | None) -> ObjectList:
    """The edit handler for contracts with this provider, bound to the model."""
    secrets = {_SECRET + name: _secret_field(vendor, name) for name in vendor.credential_fields}
    options = {_OPTION + name: field for name, field in vendor.option_fields.items()}
    form = type("ContractForm", (BaseContractForm,), {"vendor": vendor, **secrets, **options})
    panels = [
        FieldPanel("provider", classname="w-hidden"),
        FieldPanel("site"),
        FieldPanel("label"),
        MultiFieldPanel([FieldPanel("is_live"), FieldPanel("is_active")], heading=_("Use")),
        *([_methods_panel(vendor, contract)] if vendor.methods else []),
        MultiFieldPanel([FieldPanel(name) for name in options], heading=_("Settings of the provider")),
        MultiFieldPanel([FieldPanel(name) for name in secrets], heading=_("Secrets of the provider")),
        FieldPanel("booking_text"),
        MultiFieldPanel([FieldPanel("min_cents"), FieldPanel("max_cents")], heading=_("Amounts")),
        FieldPanel("approval_above_cents"),
    ]
    filled = [panel for panel in panels if not isinstance(panel, MultiFieldPanel) or panel.children]
    return ObjectList(filled, base_form_class=form).bind_to_model(PaymentContract)


def _methods_panel(vendor: type[BaseProvider], contract: PaymentContract | None) -> MethodsPanel:
    there = ContractMethod.objects.filter(contract=contract).count() if contract else 0
    return MethodsPanel(
        "methods",
        panels=[FieldPanel("code"), FieldPanel("label")],
        heading=_("Ways of payment, in the order citizens see them"),
        label=_("way of payment"),
        vendor=vendor,
        extra=max(0, len(vendor.methods) - there),
    )


def _secret_field(vendor: type[BaseProvider], name: str) -> forms.CharField:
    attrs = {"autocomplete": "new-password", "spellcheck": "false"}
    is_long = name in vendor.multiline_credentials
    widget = _WriteOnlyTextarea(attrs={**attrs, "rows": 4}) if is_long else forms.PasswordInput(attrs=attrs)
    label: Any = vendor.credential_fields[name]
    return forms.CharField(label=label, required=False, strip=True, max_length=20_000, widget=widget)


class _WriteOnlyTextarea(forms.Textarea):
    """Like a password field: what was typed is not sent back."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, None, attrs)
