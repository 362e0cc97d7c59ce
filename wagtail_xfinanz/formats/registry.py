from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from .. import conf
from .base import BaseFormat

F = TypeVar("F", bound=type[BaseFormat])


class Registry:
    """Formats by name; a site enables some in WAGTAIL_XFINANZ["FORMATS"]."""

    def __init__(self) -> None:
        self._known: dict[str, type[BaseFormat]] = {}

    def register(self, name: str) -> Callable[[F], F]:
        """Class decorator. The last registration of a name wins."""

        def add(cls: F) -> F:
            cls.name = name
            self._known[name] = cls
            return cls

        return add

    def get(self, name: str) -> BaseFormat:
        """Raises KeyError naming the known formats."""
        try:
            return self._known[name]()
        except KeyError:
            raise KeyError(f'No file format "{name}". Known: {", ".join(self._known)}.') from None

    def enabled(self) -> Iterator[type[BaseFormat]]:
        """The site's formats, the one that chains the batches first."""
        for name in dict.fromkeys((LEADING, *conf.get().FORMATS)):
            if name in self._known:
                yield self._known[name]

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def names(self) -> list[str]:
        return list(self._known)


LEADING = "kassenbuch"
"""Made for every batch; its hash stands in the next one."""
formats = Registry()

from .csv import adapter as _csv  # noqa: E402, F401
from .kassenbuch import adapter as _kassenbuch  # noqa: E402, F401
from .xfinanz import adapter as _xfinanz  # noqa: E402, F401
