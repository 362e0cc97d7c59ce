from __future__ import annotations

import abc
import re
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ..errors import AnswerRefused

MAX_BYTES = 50 * 1024 * 1024
_NUMBER = re.compile(r"[0-9]{1,9}")
_AMOUNT = re.compile(r"(-?)([0-9]{1,15})[.,]([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one posting. ``line`` is its line in the file; reference and amount are only for comparison."""

    line: int
    sequence: int
    accepted: bool
    code: str = ""
    text: str = ""
    reference: str = ""
    amount_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the file says of all its answers together, as a control record does; signed cents."""

    accepted_count: int
    accepted_cents: int
    rejected_count: int
    rejected_cents: int


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """A file read: which batch it answers to, and what it says of each posting or (``whole``) of all at once."""

    tenant_number: str
    budget_year: int
    number: int
    totals: Totals
    file_sha256: str = ""
    """Of the batch file the finance system has read, if it says so."""
    answers: tuple[Answer, ...] = ()
    whole: Answer | None = None
    """Its ``sequence`` is 0."""


class BaseAcknowledgementFormat(abc.ABC):
    """Contract of a format. Must not touch the database."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]

    @abc.abstractmethod
    def recognises(self, data: bytes) -> bool:
        """Whether the file looks as if it were of this format. Never raises."""

    @abc.abstractmethod
    def read(self, data: bytes) -> BatchAnswer:
        """Raises AnswerRefused naming the line that cannot be read."""


def whole_number(text: str, *, line: int) -> int:
    """Raises AnswerRefused."""
    if not _NUMBER.fullmatch(text):
        raise refused(line, _("“%(text)s” is no number.") % {"text": text[:40]})
    return int(text)


def cents_of(text: str, *, line: int) -> int:
    """An amount with exactly two decimal places as signed cents. Raises AnswerRefused."""
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise refused(line, _("“%(text)s” is no amount with two decimal places.") % {"text": text[:40]})
    sign, euros, places = found.groups()
    return (int(euros) * 100 + int(places)) * (-1 if sign else 1)


def refused(line: int, message: str) -> AnswerRefused:
    return AnswerRefused(_("Line %(line)s: %(message)s") % {"line": line, "message": message})
