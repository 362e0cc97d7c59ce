"""The verbs of bookkeeping, one module each: the only code of this app that changes state."""

from __future__ import annotations

from .allocate import allocate
from .certify import certify
from .collect import collect
from .correct import correct_texts
from .discard import discard
from .export import export
from .gather import gather, open_entries
from .release import release
from .reverse import reverse
from .verify import verify

__all__ = [
    "allocate",
    "certify",
    "collect",
    "correct_texts",
    "discard",
    "export",
    "gather",
    "open_entries",
    "release",
    "reverse",
    "verify",
]
