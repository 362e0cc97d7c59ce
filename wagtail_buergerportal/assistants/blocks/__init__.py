"""What editors click together."""

from __future__ import annotations

from .placement import ExternalAssistantBlock, FormAssistantBlock
from .steps import FeesBlock, StepsBlock

__all__ = ["ExternalAssistantBlock", "FeesBlock", "FormAssistantBlock", "StepsBlock"]
