"""Files for finance systems, one folder a format."""

from __future__ import annotations

from .base import BaseFormat, Header, Line
from .registry import formats

__all__ = ["BaseFormat", "Header", "Line", "formats"]
