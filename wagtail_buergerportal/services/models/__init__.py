from __future__ import annotations

from .fees import Fee, FeeSchedule

__all__ = ["Fee", "FeeSchedule"]
