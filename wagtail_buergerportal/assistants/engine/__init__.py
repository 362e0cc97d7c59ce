"""The form engine: pure Python, no database. Given a definition and answers it says what applies."""

from __future__ import annotations

from .errors import Invalid
from .evaluate import ActiveStep, Evaluation, FeeQuantity, evaluate
from .kinds import KINDS, options_of
from .summary import Row, Section, summary
from .validate import Checked, check_field, recheck, validate

__all__ = [
    "KINDS",
    "ActiveStep",
    "Checked",
    "Evaluation",
    "FeeQuantity",
    "Invalid",
    "Row",
    "Section",
    "check_field",
    "evaluate",
    "options_of",
    "recheck",
    "summary",
    "validate",
]
