"""The one place where assurance levels are compared."""

from __future__ import annotations

from .models import AssuranceLevel


def satisfies(actual: int, needed: int) -> bool:
    """Whether somebody known at ``actual`` may do what needs ``needed``."""
    return AssuranceLevel(actual) >= AssuranceLevel(needed)
