from __future__ import annotations

from .citizen import AssuranceLevel, Citizen
from .local import LocalAccount
from .policy import LoginPolicy

__all__ = ["AssuranceLevel", "Citizen", "LocalAccount", "LoginPolicy"]
