"""Channels by name: ``@channels.register("sftp")``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .. import conf
from .base import BaseChannel, ChannelView

C = TypeVar("C", bound=type[BaseChannel])
DOWNLOAD = "download"
"""How a tenant without a channel hands over: a person downloads the file and reads it into the finance system."""


class Registry:
    """The channels of an installation; an app of a site may add its own."""

    def __init__(self) -> None:
        self._known: dict[str, type[BaseChannel]] = {}

    def register(self, name: str) -> Callable[[C], C]:
        """Class decorator. Raises ValueError if the name is taken by another class, reserved or too long."""

        def add(cls: C) -> C:
            if name == DOWNLOAD or len(name) > 40 or self._known.get(name, cls) is not cls:
                raise ValueError(f'No channel can be registered as "{name}".')
            cls.name = name
            self._known[name] = cls
            return cls

        return add

    def get(self, name: str) -> type[BaseChannel]:
        """Raises KeyError naming the known channels."""
        try:
            return self._known[name]
        except KeyError:
            raise KeyError(f'No channel "{name}". Known: {", ".join(self._known)}.') from None

    def open(
        self, name: str, *, options: Mapping[str, Any], credentials: Mapping[str, str], hostname: str
    ) -> BaseChannel:
        """The channel, not yet connected. Raises KeyError."""
        timeout = conf.get().DELIVERY_TIMEOUT
        return self.get(name)(ChannelView(options, credentials, hostname, timeout))

    def label(self, name: str) -> str | Promise:
        if name == DOWNLOAD:
            return _("Download")
        return self._known[name].label if name in self._known else name

    def __iter__(self) -> Iterator[type[BaseChannel]]:
        return iter(list(self._known.values()))

    def __contains__(self, name: object) -> bool:
        return name in self._known


channels = Registry()

from .directory import adapter as _directory  # noqa: E402, F401
from .sftp import adapter as _sftp  # noqa: E402, F401
