"""The verbs of cases: the only code of this app that changes state."""

from __future__ import annotations

from ..errors import MessageNeeded, NotAllowed
from .overdue import remind_overdue, withdraw_unpaid
from .payment import mark_paid, note_ended, note_reopened
from .purge import purge, purge_orphans
from .submit import submit
from .work import add_note, assign, change_state, note_download

__all__ = [
    "MessageNeeded",
    "NotAllowed",
    "add_note",
    "assign",
    "change_state",
    "mark_paid",
    "note_download",
    "note_ended",
    "note_reopened",
    "purge",
    "purge_orphans",
    "remind_overdue",
    "submit",
    "withdraw_unpaid",
]
