"""Answers of a finance system to a batch: the contract of a format, the registry, and the formats."""

from __future__ import annotations

from .base import Answer, BaseAcknowledgementFormat, BatchAnswer, Totals
from .registry import acknowledgement_formats

__all__ = ["Answer", "BaseAcknowledgementFormat", "BatchAnswer", "Totals", "acknowledgement_formats"]
