"""The verbs of bookkeeping, one module each: the only code of this app that changes state."""

from __future__ import annotations

from .allocate import allocate
from .certify import certify
from .collect import collect
from .correct import correct_texts
from .discard import discard
from .equip import active_equipment, equip
from .export import export
from .gather import gather, open_entries
from .install_schema import install_schema, remove_schema
from .load_schema import LoadedSchema, load_schema
from .mapping import (
    change_mapping,
    copy_mapping,
    create_mapping,
    discard_mapping,
    plan_of,
    release_mapping,
    return_mapping,
    submit_mapping,
)
from .release import release
from .reverse import reverse
from .verify import verify

__all__ = [
    "LoadedSchema",
    "active_equipment",
    "allocate",
    "certify",
    "change_mapping",
    "collect",
    "copy_mapping",
    "create_mapping",
    "discard_mapping",
    "equip",
    "correct_texts",
    "discard",
    "export",
    "gather",
    "install_schema",
    "load_schema",
    "open_entries",
    "plan_of",
    "release",
    "release_mapping",
    "return_mapping",
    "submit_mapping",
    "remove_schema",
    "reverse",
    "verify",
]
