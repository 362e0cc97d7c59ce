from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """One filled module of a service: ``text`` is HTML from the editor if ``is_rich``, else plain."""

    key: str
    heading: str
    text: str
    is_rich: bool
