from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """One filled module of a service: ``html`` is rich text as stored, or plain text unless ``is_rich``."""

    key: str
    heading: str
    html: str
    is_rich: bool = True
