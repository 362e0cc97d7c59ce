"""Check digits of payment references (Kassenzeichen), one plug-in per algorithm."""

from __future__ import annotations

from . import algorithms  # noqa: F401  registers the built-in ones
from .registry import algorithms as registry

__all__ = ["registry"]
