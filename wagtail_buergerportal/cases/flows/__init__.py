"""The verbs of cases: the only code of this app that changes state."""

from __future__ import annotations

from .payment import mark_paid, note_ended
from .purge import purge
from .submit import submit
from .work import NotAllowed, add_note, assign, change_state

__all__ = ["NotAllowed", "add_note", "assign", "change_state", "mark_paid", "note_ended", "purge", "submit"]
