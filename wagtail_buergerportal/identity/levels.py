"""The one place where assurance levels are compared."""

from __future__ import annotations

from .models import AssuranceLevel


def satisfies(actual: int, needed: int) -> bool:
    """Whether somebody known at ``actual`` may do what needs ``needed``. An unknown level is below everything."""
    return _known(actual, AssuranceLevel.NONE) >= _known(needed, AssuranceLevel.HIGH)


def _known(level: int, otherwise: AssuranceLevel) -> AssuranceLevel:
    try:
        return AssuranceLevel(level)
    except ValueError:
        return otherwise
