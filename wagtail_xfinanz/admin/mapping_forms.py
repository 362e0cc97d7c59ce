"""What people fill in: a new mapping, and everything that can be said about one place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Q, TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wagtail_sitekit.scoping import sites_for, visible

from ..errors import MappingInvalid
from ..mapping import CodeList, Condition, Entry, Mapping, Repeat, Test
from ..mapping.codec import MAX_BYTES, loads
from ..mapping.reading import Level
from ..mapping.sources import EXTRA, POSTING_FIELDS, ValueType, batch_field, posting_field
from ..mapping.values import FORMATS
from ..models import FinanceTenant, MappingVersion, SchemaPackage
from ..posting import Part, PostingKind
from .mapping_changes import printable
from .mapping_choices import choice_of, source_choices, source_of, text_of
from .schema_messages import message_choices


class NewMappingForm(forms.Form):
    """A message of an installed package, and perhaps what another town has mapped already."""

    tenant = forms.ModelChoiceField(FinanceTenant.objects.none(), label=_("Tenant"), empty_label=None)
    message = forms.ChoiceField(label=_("Message"))
    name = forms.CharField(label=_("Name"), max_length=120)
    file = forms.FileField(
        label=_("Mapping of another town (JSON)"), required=False, help_text=_("As exported there; it can be changed.")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = sites_for(user, MappingVersion, ("add",))
        tenants: Any = self.fields["tenant"]
        tenants.queryset = FinanceTenant.objects.filter(site__in=sites, is_active=True)
        self._packages = {
            package.pk: package
            for package in visible(user, SchemaPackage).filter(Q(site__isnull=True) | Q(site__in=sites))
        }
        messages: Any = self.fields["message"]
        wanted = str(self.data.get("message") or self.initial.get("message", ""))
        messages.choices = [
            (f"{package} ({package.name})", list(message_choices(package, wanted)))
            for package in self._packages.values()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "message" in cleaned:
            pk, _bar, name = cleaned["message"].partition("|")
            cleaned["package"] = self._packages[int(pk)]
            cleaned["mapping"] = self._mapping(name, cleaned.get("file"))
        return cleaned

    def _mapping(self, message: str, file: Any) -> Mapping:
        if not file:
            return Mapping(message)
        try:
            mapping = loads(file.read(MAX_BYTES + 1))
        except MappingInvalid as error:
            raise forms.ValidationError({"file": str(error)}) from error
        if mapping.message != message:
            told = gettext("This file maps the message “%(name)s”.") % {"name": mapping.message}
            raise forms.ValidationError({"file": told})
        return mapping


class EntryForm(forms.Form):
    """All about one place."""

    source = forms.ChoiceField(label=_("Source"), required=False)
    text = forms.CharField(label=_("Fixed text"), required=False, max_length=1000, strip=False)
    extra = forms.CharField(
        label=_("Free key of the posting"),
        required=False,
        max_length=80,
        help_text=_("Instead of a source: the name of a dimension or booking value of your own."),
    )
    repeat = forms.ChoiceField(label=_("Repeat"), required=False)
    format = forms.ChoiceField(label=_("Format"), required=False)
    front = forms.CharField(label=_("Text in front"), required=False, max_length=100, strip=False)
    cut = forms.IntegerField(label=_("Cut after … characters"), required=False, min_value=0, max_value=2000)
    fallback = forms.CharField(label=_("If empty, write"), required=False, max_length=200)
    table = forms.CharField(
        label=_("Table of values"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One line each: what we have = what is written, e.g. “payment = 01”."),
    )
    list_uri = forms.CharField(label=_("Code list (listURI)"), required=False, max_length=300)
    list_version = forms.CharField(label=_("Version of the code list"), required=False, max_length=60)
    condition_field = forms.ChoiceField(label=_("Only if"), required=False)
    condition_test = forms.ChoiceField(label=_("Comparison"), required=False, choices=[("", "–"), *Test.choices])
    condition_value = forms.CharField(label=_("Value"), required=False, max_length=200)

    def __init__(self, *args: Any, entry: Entry, level: Level, repeats: list[Repeat], **kwargs: Any) -> None:
        self._entry = entry
        super().__init__(*args, **{**kwargs, "initial": _initial(entry)})
        fields: Any = self.fields
        fields["source"].choices = [("", _("not mapped")), *source_choices(level)]
        fields["repeat"].choices = [("", "–"), *((repeat.value, repeat.label) for repeat in repeats)]
        fields["format"].choices = [("", _("by the type of the element")), *_formats(entry)]
        names = [(name, field.label) for name, field in POSTING_FIELDS.items()]
        fields["condition_field"].choices = [("", "–"), *names]
        for name in ("table", "condition_value"):
            fields[name].help_text = " ".join((str(fields[name].help_text), *_possible_values(level))).strip()
        if not repeats:
            del fields["repeat"]
        if level is None:
            for name in ("extra", "condition_field", "condition_test", "condition_value"):
                del fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {name: printable(value) if isinstance(value, str) else value for name, value in cleaned.items()}

    def clean_table(self) -> tuple[tuple[str, str], ...]:
        rows = []
        for line in printable(self.cleaned_data["table"]).splitlines():
            if line.strip():
                key, equals, value = (part.strip() for part in line.partition("="))
                if not equals:
                    raise forms.ValidationError(gettext("“%(line)s” has no “=”.") % {"line": line})
                rows.append((key, value))
        return tuple(rows)

    def entry(self) -> Entry:
        """What was filled in."""
        data = self.cleaned_data
        source = source_of(data["source"], text=data["text"])
        if data.get("extra"):
            source = source_of(f"posting:{EXTRA}{data['extra']}", text="")
        condition = None
        if data.get("condition_field") and data.get("condition_test"):
            condition = Condition(data["condition_field"], Test(data["condition_test"]), data["condition_value"])
        return Entry(
            path=self._entry.path,
            source=source,
            repeat=Repeat(data["repeat"]) if data.get("repeat") else None,
            condition=condition,
            code_list=CodeList(data["list_uri"], data["list_version"])
            if data["list_uri"] or data["list_version"]
            else None,
            format=data["format"],
            table=data["table"],
            prefix=data["front"],
            cut=data["cut"] or 0,
            fallback=data["fallback"],
        )


def _possible_values(level: Level) -> Iterator[str]:
    """What a posting can say in fields with few values, so that nobody has to guess how it is spelt here."""
    kinds: list[tuple[str, type[TextChoices]]] = [("kind", PostingKind), ("part", Part)]
    for name, choices in kinds if level is not None else ():
        values = ", ".join(f"{choice.value} ({choice.label})" for choice in choices)
        yield gettext("%(field)s is one of: %(values)s.") % {"field": POSTING_FIELDS[name].label, "values": values}


def _initial(entry: Entry) -> dict[str, Any]:
    choice = choice_of(entry.source)
    extra = choice.removeprefix(f"posting:{EXTRA}") if choice.startswith(f"posting:{EXTRA}") else ""
    return {
        "source": "" if extra else choice,
        "text": text_of(entry.source),
        "extra": extra,
        "repeat": entry.repeat or "",
        "format": entry.format,
        "front": entry.prefix,
        "cut": entry.cut or None,
        "fallback": entry.fallback,
        "table": "\n".join(f"{key} = {value}" for key, value in entry.table),
        "list_uri": entry.code_list.uri if entry.code_list else "",
        "list_version": entry.code_list.version if entry.code_list else "",
        "condition_field": entry.condition.field if entry.condition else "",
        "condition_test": entry.condition.test if entry.condition else "",
        "condition_value": entry.condition.value if entry.condition else "",
    }


def _formats(entry: Entry) -> list[tuple[str, Any]]:
    """The formats of the chosen field; before one is chosen, those of all."""
    source = entry.source
    kinds = list(ValueType)
    if source and source.kind.value in ("posting", "batch"):
        found = posting_field(source.value) if source.kind.value == "posting" else batch_field(source.value)
        kinds = [found.type] if found else kinds
    elif source and source.kind.value in ("sum", "count"):
        kinds = [ValueType.CENTS if source.kind.value == "sum" else ValueType.NUMBER]
    known = {name: label for kind in kinds for name, (label, _write) in FORMATS[kind].items()}
    if entry.format and entry.format not in known:
        known[entry.format] = entry.format
    return list(known.items())
