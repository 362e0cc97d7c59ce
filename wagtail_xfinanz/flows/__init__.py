"""The verbs of bookkeeping, one module each: the only code of this app that changes state."""

from __future__ import annotations

from .allocate import allocate
from .certify import certify
from .collect import collect
from .correct import correct_texts
from .discard import discard
from .export import export
from .gather import gather, open_entries
from .install_schema import install_schema, remove_schema
from .load_schema import LoadedSchema, load_schema
from .release import release
from .reverse import reverse
from .verify import verify

__all__ = [
    "LoadedSchema",
    "allocate",
    "certify",
    "collect",
    "correct_texts",
    "discard",
    "export",
    "gather",
    "install_schema",
    "load_schema",
    "open_entries",
    "release",
    "remove_schema",
    "reverse",
    "verify",
]
