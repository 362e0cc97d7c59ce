from __future__ import annotations

from .case import Case, CaseNumberRange, CaseState
from .event import CaseEvent
from .upload import CaseUpload

__all__ = ["Case", "CaseEvent", "CaseNumberRange", "CaseState", "CaseUpload"]
