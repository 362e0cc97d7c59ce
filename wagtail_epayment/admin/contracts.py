"""Contracts: secrets go in and never come out again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList

from wagtail_sitekit.scoping import SiteScopedSnippetViewSet

from ..models import PaymentContract
from ..providers.registry import providers

_PREFIX = "new_secret_"


def secret_fields() -> dict[str, forms.CharField]:
    """A write-only field for every secret a registered provider needs, by form field name."""
    labels = {name: label for cls in providers for name, label in cls.credential_fields.items()}
    return {_PREFIX + name: _secret_field(label) for name, label in labels.items()}


def _secret_field(label: Any) -> forms.CharField:
    widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, required=False, strip=True, max_length=4000, widget=widget)


class BaseContractForm(WagtailAdminModelForm):
    """Says which secrets are set, never what they are; an empty field keeps the old one."""

    provider = forms.ChoiceField(label=_("provider"), choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = [(cls.name, cls.label) for cls in providers.enabled()]
        for name, field in self._secrets():
            is_set = bool(self.instance.credentials.get(name))
            field.help_text = _("Is set and never shown. Leave empty to keep it.") if is_set else _("Is not set yet.")

    def clean_provider(self) -> str:
        provider = self.cleaned_data["provider"]
        if self.instance.pk and provider != self.instance.provider:
            raise forms.ValidationError(_("A contract stays with its provider: deactivate it and add a new one."))
        return provider

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("provider") in providers:
            needed = providers.get(cleaned["provider"]).credential_fields
            for name in needed:
                if not cleaned.get(_PREFIX + name) and not self.instance.credentials.get(name):
                    self.add_error(_PREFIX + name, _("This provider needs it."))
        return cleaned

    def save(self, commit: bool = True) -> PaymentContract:
        needed = providers.get(self.cleaned_data["provider"]).credential_fields
        given = {name: self.cleaned_data.get(_PREFIX + name) for name in needed}
        new = {name: value for name, value in given.items() if value}
        self.instance.credentials = {**self.instance.credentials, **new}
        return super().save(commit)

    def _secrets(self) -> list[tuple[str, forms.Field]]:
        return [(name.removeprefix(_PREFIX), field) for name, field in self.fields.items() if name.startswith(_PREFIX)]


class PaymentContractViewSet(SiteScopedSnippetViewSet):
    model = PaymentContract
    icon = "key"
    menu_label = _("Contracts")
    list_display = ["label", "site", "provider", "is_live", "is_active"]
    list_filter = ["provider", "is_live", "is_active"]
    copy_view_enabled = False

    def get_edit_handler(self) -> Any:
        """Built late, when every provider has registered which secrets it needs."""
        fields = secret_fields()
        form = type("ContractForm", (BaseContractForm,), dict(fields))
        panel = ObjectList(
            [
                FieldPanel("site"),
                FieldPanel("provider"),
                FieldPanel("label"),
                MultiFieldPanel([FieldPanel("is_active"), FieldPanel("is_live")], heading=_("Use")),
                FieldPanel("options"),
                MultiFieldPanel([FieldPanel(name) for name in fields], heading=_("Secrets of the provider")),
            ],
            base_form_class=form,
        )
        return panel.bind_to_model(self.model)
