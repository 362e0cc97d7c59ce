from __future__ import annotations

from .citizen import AssuranceLevel, Citizen

__all__ = ["AssuranceLevel", "Citizen"]
