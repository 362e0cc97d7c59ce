"""Forms of the configuration; a user is offered only the tenants of the communes they configure."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from wagtail_sitekit.scoping import sites_for

from ..models import FinanceTenant, KassenzeichenRange


class TenantForm(WagtailAdminModelForm):
    """A tenant whose batches exist keeps its site and number: they stand in released files."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.instance.pk and self.instance.batches.exists():
            for name in ("site", "number"):
                if name in self.changed_data:
                    self.add_error(name, _("This cannot be changed any more: there are batches of this tenant."))
        return cleaned


class OfTenantForm(WagtailAdminModelForm):
    """Base of everything that belongs to a tenant."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["tenant"]
        field.queryset = FinanceTenant.objects.filter(site__in=sites_for(self.for_user, self._meta.model))
        tenants = list(field.queryset[:2])
        if len(tenants) == 1 and not field.initial:
            field.initial = tenants[0].pk


class DimensionsField(forms.CharField):
    """Names and values, a line each: "Kapitel: 0815"."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name}: {text}" for name, text in value.items()) if isinstance(value, dict) else value

    def clean(self, value: Any) -> dict[str, str]:
        pairs = {}
        for line in filter(str.strip, super().clean(value).splitlines()):
            name, colon, text = (part.strip() for part in line.partition(":"))
            if not (name and colon and text):
                raise ValidationError(_("“%(line)s”: please write a name, a colon and a value.") % {"line": line})
            pairs[name] = text
        return pairs

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial or {}), data)


class AccountForm(OfTenantForm):
    dimensions = DimensionsField(
        label=gettext_lazy("further dimensions"),
        required=False,
        help_text=gettext_lazy("One a line, name and value with a colon between them, e.g. “Kapitel: 0815”."),
    )


class RangeForm(OfTenantForm):
    """A range in use keeps what its numbers are made of; only its end and its warning may move."""

    fixed = ("tenant", "prefix", "counter_start", "total_length", "algorithm")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        stored = KassenzeichenRange.objects.filter(pk=self.instance.pk).first()
        if stored is None or stored.counter_next == stored.counter_start:
            return cleaned
        for name in self.fixed:
            if name in self.changed_data:
                self.add_error(name, _("This cannot be changed any more: Kassenzeichen of this range exist."))
        if (cleaned.get("counter_maximum") or 0) < stored.counter_next - 1:
            self.add_error("counter_maximum", ValidationError(_("Kassenzeichen beyond this number exist already.")))
        return cleaned
