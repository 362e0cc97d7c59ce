"""The verbs of citizens' accounts: the only code of this app that changes rows."""

from __future__ import annotations

from .arrive import arrive, is_offered, refuse_unless_offered
from .profile import delete_account, update_profile
from .purge import purge

__all__ = ["arrive", "delete_account", "is_offered", "purge", "refuse_unless_offered", "update_profile"]
