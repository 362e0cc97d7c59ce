"""Citizen portal for Wagtail: a family of small Django apps. See docs/explanation/architecture.md."""

from __future__ import annotations

__version__ = "0.1.0"
