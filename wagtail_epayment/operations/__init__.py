"""Watching payments: a health report, metrics for monitoring systems, and a doctor that checks the whole database."""

from __future__ import annotations
