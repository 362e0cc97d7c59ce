"""Questions answered by a number or a day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from ...definition import Field
from ..text import without_invisible
from .base import Invalid, Kind, Raw, text_of

_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,6})?", re.ASCII)
_DAY = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)


class Number(Kind):
    """Kept as canonical decimal text ("3", "2.5"), so that no float ever touches a quantity."""

    name = "number"

    def clean(self, field: Field, given: Any, *, today: date) -> str:
        text = re.sub(r"[\s']", "", without_invisible(given))
        if not _NUMBER.fullmatch(text):
            raise Invalid(self._what(field))
        number = Decimal(text.replace(",", "."))
        if -int(number.as_tuple().exponent) > field.places:
            # "1.000" may mean one or a thousand: better ask than guess.
            raise Invalid(self._what(field))
        self._limit(field, number)
        return canonical(number)

    def accepts(self, field: Field, value: Any) -> bool:
        return isinstance(value, str) and _NUMBER.fullmatch(value) is not None

    def give(self, field: Field, value: Any) -> Any:
        return local(value)

    def show(self, field: Field, value: Any) -> str:
        return f"{local(value)} {field.unit}".strip()

    def schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^-?\d+$" if not field.places else rf"^-?\d+(\.\d{{1,{field.places}}})?$"}

    def _limit(self, field: Field, number: Decimal) -> None:
        low, high = limit_of(field.minimum), limit_of(field.maximum)
        if low is not None and number < low:
            raise Invalid(_("Please enter at least %(number)s.") % {"number": local(field.minimum)})
        if high is not None and number > high:
            raise Invalid(_("Please enter at most %(number)s.") % {"number": local(field.maximum)})

    def _what(self, field: Field) -> str:
        if field.places:
            sentence = _(
                "Please enter a number like %(example)s, with at most %(places)d decimals and no thousands separator."
            )
            return sentence % {"example": local("12.5"), "places": field.places}
        return _("Please enter a whole number in digits, like 3.")


class Day(Kind):
    """Kept as ISO text. Three inputs (day, month, year) or one text like 24.12.2026."""

    name = "date"
    parts = ("day", "month", "year")

    def read(self, field: Field, raw: Raw) -> dict[str, str]:
        whole = text_of(raw, field.key).strip()
        if found := _ISO.fullmatch(whole) or _DAY.fullmatch(whole):
            parts = found.groups() if len(found[1]) < 4 else found.groups()[::-1]
            return dict(zip(self.parts, parts, strict=True))
        given = {part: text_of(raw, f"{field.key}-{part}") for part in self.parts}
        return given if any(given.values()) or not whole else {"day": whole, "month": "", "year": ""}

    def is_blank(self, given: Any) -> bool:
        return not any(part.strip() for part in given.values())

    def clean(self, field: Field, given: Any, *, today: date) -> str:
        day = self._parse(given)
        first = day_after(today, field.earliest_days)
        last = day_after(today, field.latest_days)
        if first and day < first:
            raise Invalid(_("Please choose %(day)s or a later day.") % {"day": date_format(first)})
        if last and day > last:
            raise Invalid(_("Please choose %(day)s or an earlier day.") % {"day": date_format(last)})
        return day.isoformat()

    def accepts(self, field: Field, value: Any) -> bool:
        return parse_day(value) is not None

    def give(self, field: Field, value: Any) -> Any:
        year, month, day = value.split("-")
        return {"day": day, "month": month, "year": year}

    def show(self, field: Field, value: Any) -> str:
        return date_format(date.fromisoformat(value))

    def missing(self, field: Field) -> str:
        return _("Please enter day, month and year for “%(label)s”.") % {"label": field.label}

    def schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "format": "date"}

    def _parse(self, given: dict[str, str]) -> date:
        texts = {part: without_invisible(text).strip().rstrip(".") for part, text in given.items()}
        asked = {
            "day": _("Please add the day."),
            "month": _("Please add the month."),
            "year": _("Please add the year."),
        }
        if lacking := {part: asked[part] for part, text in texts.items() if not text}:
            raise Invalid(parts=lacking)
        if not all(re.fullmatch(r"\d{1,4}", text, re.ASCII) for text in texts.values()):
            raise Invalid(_("Please enter the date in digits, like 24 12 2026."))
        if len(texts["year"]) != 4:
            raise Invalid(parts={"year": _("Please enter the year with four digits, like 2026.")})
        try:
            return date(int(texts["year"]), int(texts["month"]), int(texts["day"]))
        except ValueError as error:
            raise Invalid(_("This day does not exist. Please check day, month and year.")) from error


def parse_day(value: Any) -> date | None:
    """A day from canonical ISO text, or None."""
    if not isinstance(value, str) or len(value) != 10 or not _ISO.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def canonical(number: Decimal) -> str:
    text = format(number.normalize(), "f")
    return "0" if text == "-0" else text


def local(value: str) -> str:
    """A canonical number as written in the active language, without grouping."""
    return str(number_format(value, use_l10n=True, force_grouping=False)) if value else ""


def limit_of(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", ".")) if text else None
    except InvalidOperation:
        return None


def day_after(today: date, days: int | None) -> date | None:
    try:
        return None if days is None else today + timedelta(days=days)
    except OverflowError:
        return None
