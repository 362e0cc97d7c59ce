"""The contract every channel fulfils. A channel talks to the other side and never to the database."""

from __future__ import annotations

import abc
import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from django import forms
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Shipment:
    """A file to hand over. ``read`` gives its bytes from the beginning, as often as it is called."""

    name: str
    size: int
    sha256: str
    read: Callable[[], Iterator[bytes]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChannelView:
    """What a channel may know of its set-up. ``hostname`` is that of the commune's site; ``timeout`` in seconds."""

    options: Mapping[str, Any]
    credentials: Mapping[str, str] = field(repr=False)
    hostname: str
    timeout: float


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """A file in the answers folder; ``modified`` in seconds since 1970 by the clock of the other side."""

    name: str
    size: int
    modified: int


class Found(enum.Enum):
    """What lies under the final name on the other side."""

    NOTHING = enum.auto()
    SAME = enum.auto()
    OTHER = enum.auto()


class BaseChannel(abc.ABC):
    """Opened by ``with``: the connection stands inside and is closed at the end.

    A file is handed over in two steps, so that a crash between them can be told from one before: ``upload`` makes a
    part the other side does not read, ``publish`` gives it its name in one stroke. Every method may raise
    DeliveryError, ChannelRefused, NameTaken or OSError.

    A channel that can fetch answers of the finance system too overrides the three methods at the end. They are called
    only if its options name an ``answers_folder``.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    option_fields: ClassVar[Mapping[str, forms.Field]] = {}
    credential_fields: ClassVar[Mapping[str, str | Promise]] = {}
    multiline_credentials: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, view: ChannelView) -> None:
        self.view = view

    @abc.abstractmethod
    def __enter__(self) -> Self: ...

    @abc.abstractmethod
    def __exit__(self, *error: object) -> None: ...

    def problems(self) -> Mapping[str, str]:
        """What is wrong with the set-up, by name of option or credential. Must not connect."""
        return {}

    @abc.abstractmethod
    def check(self) -> None:
        """Try that files could be handed over, without handing one over."""

    @abc.abstractmethod
    def look(self, shipment: Shipment) -> Found:
        """Compare what lies under the final name with the shipment, by its bytes."""

    @abc.abstractmethod
    def upload(self, shipment: Shipment, *, part: str) -> None:
        """Write the bytes under the name ``part`` and read them back. If it raises, nothing has been handed over."""

    @abc.abstractmethod
    def publish(self, shipment: Shipment, *, part: str) -> None:
        """Give the part its final name, never in the place of another file.

        If it raises anything but NameTaken, the file may have been handed over.
        """

    @abc.abstractmethod
    def withdraw(self, *, part: str) -> bool:
        """Remove a part, so that nobody can publish it any more. False if there is none."""

    def answers(self) -> Iterable[AnswerFile]:
        """The complete files that lie in the answers folder; none that is still being written."""
        return ()

    def read_answer(self, found: AnswerFile) -> bytes | None:
        """Its bytes, at most ``found.size`` of them; None if it changed or vanished meanwhile."""
        return None

    def remove_answer(self, found: AnswerFile) -> None:
        """Remove it, unless it has changed. Called once it is taken in, if the options say ``remove_answers``."""
        raise NotImplementedError
