"""The contract of a kind of question."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from ...definition import Field
from ..errors import Invalid

Raw = Mapping[str, Any]


class Kind(abc.ABC):
    """How one kind of question is read, checked, kept as JSON and shown.

    ``raw`` is what a form or a client sent: names to a text or a list of texts, anything else is survived. A value
    is what ``clean`` made of it: text, list or dict, always JSON.
    """

    name: ClassVar[str]
    #: The names of a field's inputs after its key; "" is the key alone.
    parts: ClassVar[tuple[str, ...]] = ("",)

    def read(self, field: Field, raw: Raw) -> Any:
        """The raw input of this field as it is shown again after an error."""
        return text_of(raw, field.key)

    def is_blank(self, given: Any) -> bool:
        return not given or (isinstance(given, str) and not given.strip())

    @abc.abstractmethod
    def clean(self, field: Field, given: Any, *, today: date) -> Any:
        """The value of a non-blank input. Raises Invalid."""

    def accepts(self, field: Field, value: Any) -> bool:
        """Whether a stored value has the shape of this field's answers; what has not counts as no answer."""
        return isinstance(value, str) and value != ""

    def give(self, field: Field, value: Any) -> Any:
        """The value as it stands in the inputs: the inverse of ``read`` and ``clean``."""
        return value

    def show(self, field: Field, value: Any) -> str:
        """The value for people, in the summary and to the clerk."""
        return str(value)

    def comparable(self, field: Field, value: Any) -> tuple[str, ...]:
        """The texts a condition compares with."""
        return (str(value),)

    def missing(self, field: Field) -> str:
        """The sentence for a required question without an answer."""
        return _("Please fill in “%(label)s”.") % {"label": field.label}

    def schema(self, field: Field) -> dict[str, Any]:
        """JSON Schema of the value."""
        return {"type": "string"}


def text_of(raw: Raw, name: str) -> str:
    """One text of an input sent once, several times, as a number or not at all."""
    value = raw.get(name, "")
    if isinstance(value, list | tuple):
        value = value[-1] if value else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    return value if isinstance(value, str) else ""


def texts_of(raw: Raw, name: str) -> list[str]:
    """All texts of an input that may be sent several times."""
    value = raw.get(name, [])
    values = value if isinstance(value, list | tuple) else [value]
    return [part for part in values if isinstance(part, str) and part]


__all__ = ["Invalid", "Kind", "Raw", "text_of", "texts_of"]
