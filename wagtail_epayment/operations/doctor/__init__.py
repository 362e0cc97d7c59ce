"""Invariants of the whole database: what must be true of every row, whatever happened to the processes."""

from __future__ import annotations

from . import contracts, database, ledger, orders, progress, receipts, refunds, settlement  # noqa: F401  register
from .base import Diagnosis, Invariant, invariants
from .examine import examine

__all__ = ["Diagnosis", "Invariant", "examine", "invariants"]
