from __future__ import annotations

from typing import Any


def forget(element: Any) -> None:
    """Free an element that was read, with the siblings before it, so that memory does not grow with the file."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
