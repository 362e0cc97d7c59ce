"""Formats of answers by name: ``@acknowledgement_formats.register("quittung")``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from django.utils.translation import gettext as _

from ..errors import AnswerRefused
from .base import BaseAcknowledgementFormat

F = TypeVar("F", bound=type[BaseAcknowledgementFormat])


class Registry:
    """The formats of an installation; the first that recognises a file reads it, the last registered asked first."""

    def __init__(self) -> None:
        self._known: dict[str, type[BaseAcknowledgementFormat]] = {}

    def register(self, name: str) -> Callable[[F], F]:
        """Class decorator. Raises ValueError if the name is taken by another class or longer than 40 characters."""

        def add(cls: F) -> F:
            if len(name) > 40 or self._known.get(name, cls) is not cls:
                raise ValueError(f'No format of answers can be registered as "{name}".')
            cls.name = name
            self._known[name] = cls
            return cls

        return add

    def recognise(self, data: bytes) -> BaseAcknowledgementFormat:
        """The format of the file. Raises AnswerRefused naming those that are known."""
        for cls in reversed(self._known.values()):
            if cls().recognises(data):
                return cls()
        known = ", ".join(str(cls.label) for cls in self)
        raise AnswerRefused(
            _("This is no answer of a finance system in a known format (%(known)s).") % {"known": known}
        )

    def __iter__(self) -> Iterator[type[BaseAcknowledgementFormat]]:
        return iter(list(self._known.values()))


acknowledgement_formats = Registry()

from .csv import adapter as _csv  # noqa: E402, F401
from .quittung import adapter as _quittung  # noqa: E402, F401
