"""The form of a channel, made of what its kind asks for. Secrets go in and never come out again."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList

from ..deliveries.base import BaseChannel
from ..deliveries.registry import channels
from ..models import DeliveryChannel
from .forms import OfTenantForm

_SECRET = "new_secret_"  # noqa: S105 - a prefix of field names
_OPTION = "option_"


class BaseChannelForm(OfTenantForm):
    """Says which secrets are set, never what they are; an empty field keeps the old one."""

    shape: ClassVar[type[BaseChannel]]

    kind = forms.CharField(label=_("channel"), widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["kind"] = self.shape.name
        for name in self.shape.option_fields:
            if name in self.instance.options:
                self.initial[_OPTION + name] = self.instance.options[name]
        for name in self.shape.credential_fields:
            is_set = bool(self.instance.credentials.get(name))
            help_text = _("Is set and never shown. Leave empty to keep it.") if is_set else _("Is not set yet.")
            self.fields[_SECRET + name].help_text = help_text

    def clean_kind(self) -> str:
        # The form's fields are this kind's: another one gets a form of its own.
        if self.cleaned_data["kind"] != self.shape.name or self.instance.kind not in {"", self.shape.name}:
            raise forms.ValidationError(_("A channel keeps its kind: deactivate it and add a new one."))
        return self.shape.name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk and "tenant" in self.changed_data and self.instance.deliveries.exists():
            self.add_error("tenant", _("This cannot be changed any more: batches were handed over here."))
        if not any(name.startswith(_OPTION) for name in self.errors):
            self._check_setup()
        others = DeliveryChannel.objects.filter(tenant=cleaned.get("tenant"), is_active=True).exclude(
            pk=self.instance.pk
        )
        if cleaned.get("is_active") and others.exists():
            self.add_error("is_active", _("Another channel of this tenant is active. Deactivate it first."))
        return cleaned

    def _check_setup(self) -> None:
        channel = channels.open(self.shape.name, options=self._options(), credentials=self._credentials(), hostname="")
        for name, message in channel.problems().items():
            self.add_error((_SECRET if name in self.shape.credential_fields else _OPTION) + name, message)

    def _options(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(_OPTION + name) for name in self.shape.option_fields}

    def _credentials(self) -> dict[str, str]:
        given = {name: self.cleaned_data.get(_SECRET + name) for name in self.shape.credential_fields}
        return {**self.instance.credentials, **{name: value for name, value in given.items() if value}}

    def save(self, commit: bool = True) -> DeliveryChannel:
        before = (self.instance.credentials, self.instance.options)
        self.instance.credentials, self.instance.options = self._credentials(), self._options()
        if before != (self.instance.credentials, self.instance.options):
            # What was tried is not what is there now.
            self.instance.checked_at, self.instance.check_error = None, ""
        return super().save(commit)


def channel_panel(shape: type[BaseChannel]) -> ObjectList:
    """The edit handler for channels of this kind, bound to the model."""
    secrets = {_SECRET + name: _secret_field(shape, name) for name in shape.credential_fields}
    options = {_OPTION + name: field for name, field in shape.option_fields.items()}
    form = type("ChannelForm", (BaseChannelForm,), {"shape": shape, **secrets, **options})
    panels = [
        FieldPanel("kind", classname="w-hidden"),
        FieldPanel("tenant"),
        FieldPanel("label"),
        MultiFieldPanel([FieldPanel("is_active"), FieldPanel("is_automatic")], heading=_("Use")),
        FieldPanel("format"),
        MultiFieldPanel([FieldPanel(name) for name in options], heading=_("Where to")),
        *([MultiFieldPanel([FieldPanel(name) for name in secrets], heading=_("Secrets"))] if secrets else []),
    ]
    return ObjectList(panels, base_form_class=form).bind_to_model(DeliveryChannel)


def _secret_field(shape: type[BaseChannel], name: str) -> forms.CharField:
    attrs = {"autocomplete": "new-password", "spellcheck": "false"}
    is_long = name in shape.multiline_credentials
    widget = _WriteOnlyTextarea(attrs={**attrs, "rows": 4}) if is_long else forms.PasswordInput(attrs=attrs)
    return forms.CharField(label=str(shape.credential_fields[name]), required=False, max_length=20_000, widget=widget)


class _WriteOnlyTextarea(forms.Textarea):
    """Like a password field: what was typed is not sent back."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, None, attrs)
