from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CheckDigit = Callable[[str], str | None]
"""Digits without check digit → check digit, "" for none; None means this number must not be used."""
F = TypeVar("F", bound=CheckDigit)


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A named way to a check digit."""

    name: str
    label: str | Promise
    check_digit: CheckDigit

    @property
    def width(self) -> int:
        """Digits it adds: 1, or 0 for none."""
        return 0 if self.name == "none" else 1


@dataclass(slots=True)
class Registry:
    """Algorithms by the name a number range stores."""

    _known: dict[str, Algorithm] = field(default_factory=dict)

    def register(self, name: str, label: str | Promise) -> Callable[[F], F]:
        """Decorator: make the function known as ``name``. The last registration of a name wins."""

        def add(function: F) -> F:
            self._known[name] = Algorithm(name=name, label=label, check_digit=function)
            return function

        return add

    def get(self, name: str) -> Algorithm:
        """Raises KeyError naming the known algorithms."""
        try:
            return self._known[name]
        except KeyError:
            raise KeyError(f'No check digit algorithm "{name}". Known: {", ".join(self._known)}.') from None

    def choices(self) -> list[tuple[str, str | Promise]]:
        return [(entry.name, entry.label) for entry in self._known.values()]


algorithms = Registry()


@algorithms.register("none", _("no check digit"))
def no_check_digit(digits: str) -> str:
    return ""
