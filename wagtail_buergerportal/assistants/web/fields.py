"""One question as its template draws it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..definition import Field
from ..engine import options_of
from ..engine.kinds.numbers import day_after, local
from ..flows.uploads import MEGABYTE, limit_of

_AUTOCOMPLETE = {
    "first_name": "given-name",
    "last_name": "family-name",
    "email": "email",
    "street": "address-line1",
    "house_number": "address-line2",
    "postal_code": "postal-code",
    "city": "address-level2",
    "country": "country-name",
    "birth_date": "bday",
}
_TYPES = {"email": "email", "phone": "tel"}
_BY_KIND = {"email": "email", "phone": "tel"}


@dataclass(frozen=True, slots=True)
class Control:
    """One input."""

    id: str
    name: str
    label: str = ""
    value: str = ""
    error: str = ""
    type: str = "text"
    inputmode: str = ""
    autocomplete: str = ""
    checked: bool = False
    short: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class FieldView:
    """A question with its inputs, what stands in them, and what is wrong."""

    field: Field
    controls: tuple[Control, ...]
    error: str
    hint: str
    is_verified: bool
    value: Any

    @property
    def id(self) -> str:
        return f"f-{self.field.key}"

    @property
    def template(self) -> str:
        return f"buergerportal/assistants/fields/{_TEMPLATE.get(self.field.kind, 'input')}.html"

    @property
    def described_by(self) -> str:
        parts = [f"{self.id}-hint"] if self.hint else []
        return " ".join([*parts, f"{self.id}-error"] if self.error else parts)

    @property
    def is_full(self) -> bool:
        return self.field.kind == "file" and len(self.value or ()) >= self.field.max_files

    def errors(self) -> list[tuple[str, str]]:
        """(id of the input to go to, sentence) for everything wrong here."""
        found = [(self.controls[0].id, self.error)] if self.error and self.controls else []
        found += [(control.id, control.error) for control in self.controls if control.error]
        return [(target, _named(self.field.label, sentence)) for target, sentence in found]


_TEMPLATE = {
    "long_text": "long_text",
    "date": "date",
    "choice": "options",
    "yes_no": "options",
    "multi_choice": "options",
    "address": "address",
    "file": "file",
    "content": "content",
}


def view_of(field: Field, given: Any, errors: Mapping[str, str], *, is_verified: bool = False) -> FieldView:
    """``given`` is what ``Kind.read`` or ``Kind.give`` said, None for an untouched question."""
    if not field.is_question:
        return FieldView(field, (), "", "", False, None)
    controls = _CONTROLS.get(field.kind, _one)(field, given, errors)
    return FieldView(field, controls, errors.get("", ""), hint_of(field), is_verified, given)


def grouped(views: Iterable[FieldView]) -> list[tuple[str, list[FieldView]]]:
    """Neighbours of one group together, under its heading."""
    found: list[tuple[str, list[FieldView]]] = []
    for view in views:
        if found and found[-1][0] == view.field.group:
            found[-1][1].append(view)
        else:
            found.append((view.field.group, [view]))
    return found


def hint_of(field: Field) -> str:
    """The editor's help and what the limits ask for, before anybody runs into them."""
    return " ".join(part for part in (field.help, _LIMITS.get(field.kind, _no_limit)(field)) if part)


def _named(label: str, sentence: str) -> str:
    return sentence if label and label in sentence else f"{label}: {sentence}"


def _one(field: Field, given: Any, errors: Mapping[str, str]) -> tuple[Control, ...]:
    return (
        Control(
            id=f"f-{field.key}",
            name=field.key,
            value=given or "",
            type=_TYPES.get(field.kind, "text"),
            inputmode=("decimal" if field.places else "numeric") if field.kind == "number" else "",
            autocomplete=_AUTOCOMPLETE.get(field.prefill) or _BY_KIND.get(field.kind, ""),
            short=field.kind == "number",
        ),
    )


def _day(field: Field, given: Any, errors: Mapping[str, str]) -> tuple[Control, ...]:
    labels = {"day": _("Day"), "month": _("Month"), "year": _("Year")}
    auto = {part: f"bday-{part}" if field.prefill == "birth_date" else "" for part in labels}
    return tuple(
        Control(
            id=f"f-{field.key}" if part == "day" else f"f-{field.key}-{part}",
            name=f"{field.key}-{part}",
            label=label,
            value=(given or {}).get(part, ""),
            error=errors.get(part, ""),
            inputmode="numeric",
            autocomplete=auto[part],
        )
        for part, label in labels.items()
    )


def _address(field: Field, given: Any, errors: Mapping[str, str]) -> tuple[Control, ...]:
    labels = {
        "street": _("Street"),
        "house_number": _("House number"),
        "postal_code": _("Postal code"),
        "city": _("Town"),
        "country": _("Country (if not Germany)"),
    }
    return tuple(
        Control(
            id=f"f-{field.key}-{part}",
            name=f"{field.key}-{part}",
            label=label,
            value=(given or {}).get(part, ""),
            error=errors.get(part, ""),
            autocomplete=_AUTOCOMPLETE[part],
            short=part in ("house_number", "postal_code"),
            optional=part == "country" and field.presence == "required",
        )
        for part, label in labels.items()
    )


def _options(field: Field, given: Any, errors: Mapping[str, str]) -> tuple[Control, ...]:
    chosen = given if isinstance(given, list) else [given]
    kind = "checkbox" if field.kind == "multi_choice" else "radio"
    return tuple(
        Control(
            id=f"f-{field.key}" if place == 0 else f"f-{field.key}-{place + 1}",
            name=field.key,
            label=option.label,
            value=option.key,
            type=kind,
            checked=option.key in chosen,
        )
        for place, option in enumerate(options_of(field))
    )


_CONTROLS = {
    "date": _day,
    "address": _address,
    "choice": _options,
    "yes_no": _options,
    "multi_choice": _options,
}


def _no_limit(field: Field) -> str:
    return ""


def _number_limit(field: Field) -> str:
    names = {"low": local(field.minimum), "high": local(field.maximum), "unit": field.unit}
    if field.minimum and field.maximum:
        return (_("From %(low)s to %(high)s %(unit)s") % names).strip() + "."
    if field.maximum:
        return (_("At most %(high)s %(unit)s") % names).strip() + "."
    return _("In %(unit)s.") % names if field.unit else ""


def _day_limit(field: Field) -> str:
    today = timezone.localdate()
    first, last = day_after(today, field.earliest_days), day_after(today, field.latest_days)
    names = {"first": date_format(first) if first else "", "last": date_format(last) if last else ""}
    if first and last:
        return _("From %(first)s to %(last)s.") % names
    if first:
        return _("Not before %(first)s.") % names
    return _("Not after %(last)s.") % names if last else ""


def _file_limit(field: Field) -> str:
    types = ", ".join({"pdf": "PDF", "jpg": "JPEG", "png": "PNG"}.get(name, name) for name in field.accept)
    sentence = ngettext(
        "%(types)s, at most %(size)d MB.",
        "%(types)s, at most %(size)d MB each and %(count)d files.",
        field.max_files,
    )
    return sentence % {"types": types, "size": limit_of(field) // MEGABYTE, "count": field.max_files}


_LIMITS = {"number": _number_limit, "date": _day_limit, "file": _file_limit}
