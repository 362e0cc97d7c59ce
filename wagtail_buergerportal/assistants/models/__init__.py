from __future__ import annotations

from .assistant import Assistant
from .draft import Draft, DraftUpload
from .placement import AssistantPlacement, PaymentPolicy
from .release import AssistantRelease

__all__ = ["Assistant", "AssistantPlacement", "AssistantRelease", "Draft", "DraftUpload", "PaymentPolicy"]
