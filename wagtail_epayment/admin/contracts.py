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


class ContractForm(WagtailAdminModelForm):
    """Shows which secrets are set, never what they are; an empty field keeps the old one."""

    provider = forms.ChoiceField(label=_("provider"), choices=[])
    new_credentials = forms.JSONField(
        label=_("new credentials"),
        required=False,
        help_text=_('As {"name": "secret"}. What is saved is never shown; leave empty to keep it.'),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = [(cls.name, cls.label) for cls in providers.enabled()]

    def clean_provider(self) -> str:
        provider = self.cleaned_data["provider"]
        if self.instance.pk and provider != self.instance.provider:
            raise forms.ValidationError(_("A contract stays with its provider: deactivate it and add a new one."))
        return provider

    def save(self, commit: bool = True) -> PaymentContract:
        if self.cleaned_data.get("new_credentials"):
            self.instance.credentials = {**self.instance.credentials, **self.cleaned_data["new_credentials"]}
        return super().save(commit)


class PaymentContractViewSet(SiteScopedSnippetViewSet):
    model = PaymentContract
    icon = "key"
    menu_label = _("Contracts")
    list_display = ["label", "site", "provider", "is_live", "is_active"]
    list_filter = ["provider", "is_live", "is_active"]
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldPanel("site"),
            FieldPanel("provider"),
            FieldPanel("label"),
            MultiFieldPanel([FieldPanel("is_active"), FieldPanel("is_live")], heading=_("Use")),
            FieldPanel("options"),
            FieldPanel("new_credentials"),
        ],
        base_form_class=ContractForm,
    )
