"""What can go wrong in bookkeeping; every message is for the person at the Kasse and says what to do."""

from __future__ import annotations


class BookkeepingError(Exception):
    """Base of all errors of this app."""


class RangeExhausted(BookkeepingError):
    """The number range has no Kassenzeichen left."""


class WrongState(BookkeepingError):
    """The batch is not in the state this step needs; perhaps somebody else was faster."""


class SamePerson(BookkeepingError):
    """Whoever certified a batch must not release it."""


class NothingToDo(BookkeepingError):
    """There is no payment this step could be done for."""


class FormatInvalid(BookkeepingError):
    """A rendered file breaks its own rules; it must not leave the house."""


class FormatNotReady(BookkeepingError):
    """The format cannot write files yet; the message says what is missing."""


class Tampered(BookkeepingError):
    """Stored bytes, sums or numbers contradict each other."""


class MappingInvalid(BookkeepingError):
    """What should be a mapping cannot be read as one."""


class MappingIncomplete(BookkeepingError):
    """The mapping does not fit its schema yet; its page says where."""


class ReasonMissing(BookkeepingError):
    """What is about to be done needs a reason an auditor can read."""


class AnswerRefused(BookkeepingError):
    """An answer of the finance system contradicts itself or our books; nothing of it was taken in."""
