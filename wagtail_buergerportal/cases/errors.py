from __future__ import annotations


class CaseError(Exception):
    """Everything that keeps a clerk from doing something with a case."""


class NotAllowed(CaseError):
    """The case cannot go there from where it is."""


class MessageNeeded(CaseError):
    """This state must be explained to the citizen."""
