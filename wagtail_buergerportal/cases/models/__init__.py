from __future__ import annotations

from .case import Case, CaseNumberRange, CaseState
from .deletion import CaseDeletion
from .event import CaseEvent
from .upload import CaseUpload

__all__ = ["Case", "CaseDeletion", "CaseEvent", "CaseNumberRange", "CaseState", "CaseUpload"]
