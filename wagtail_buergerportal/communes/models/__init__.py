from __future__ import annotations

from .commune import CommuneSettings
from .department import Department

__all__ = ["CommuneSettings", "Department"]
