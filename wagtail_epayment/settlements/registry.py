"""Formats of settlement files by name: ``@formats.register("camt")``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .base import BaseSettlementFormat


class FormatRegistry:
    """Keeps the formats of an installation; tests may make their own."""

    def __init__(self) -> None:
        self._classes: dict[str, type[BaseSettlementFormat]] = {}

    def register(self, name: str) -> Callable[[type[BaseSettlementFormat]], type[BaseSettlementFormat]]:
        """Class decorator. Raises ValueError if the name is taken by another class or too long."""

        def decorate(cls: type[BaseSettlementFormat]) -> type[BaseSettlementFormat]:
            if len(name) > 40:
                raise ValueError(f'The format name "{name}" is longer than 40 characters.')
            if self._classes.get(name, cls) is not cls:
                raise ValueError(f'A format "{name}" is registered already: {self._classes[name].__qualname__}.')
            cls.name = name
            self._classes[name] = cls
            return cls

        return decorate

    def get(self, name: str) -> type[BaseSettlementFormat]:
        """Raises KeyError naming those that exist."""
        try:
            return self._classes[name]
        except KeyError:
            known = ", ".join(sorted(self._classes)) or "none"
            raise KeyError(f'There is no settlement format "{name}". Known: {known}.') from None

    def __iter__(self) -> Iterator[type[BaseSettlementFormat]]:
        return iter(list(self._classes.values()))

    def __contains__(self, name: object) -> bool:
        return name in self._classes


#: The registry of the installation.
formats = FormatRegistry()

from . import bank_csv as _bank_csv  # noqa: E402, F401
from . import camt as _camt  # noqa: E402, F401
from . import girocockpit as _girocockpit  # noqa: E402, F401
from . import plain_csv as _plain_csv  # noqa: E402, F401
