"""The verbs of bookkeeping, one module each: the only code of this app that changes state."""

from __future__ import annotations

from .acknowledge import acknowledge, tenant_number_of
from .allocate import allocate
from .audit_export import audit_export
from .certify import certify
from .channel import check_channel
from .close_day import prepare_day, sign_day, take_back_day
from .collect import collect
from .correct import correct_texts
from .decide import decide
from .deliver import deliver_due
from .discard import discard
from .equip import active_equipment, equip
from .export import export
from .fetch_answers import dismiss_answer, fetch_answers, retry_answer
from .gather import gather, open_entries
from .hand_over import confirm_receipt, hand_over, hand_over_by_hand, retry
from .install_schema import install_schema, remove_schema
from .load_schema import LoadedSchema, load_schema
from .make_export import delete_export, make_due_exports, make_export, request_export
from .make_export import note_download as note_export_download
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
from .post_anew import hold_rejected, post_all_anew, post_anew
from .release import release
from .reverse import reverse
from .verify import verify

__all__ = [
    "LoadedSchema",
    "acknowledge",
    "active_equipment",
    "allocate",
    "audit_export",
    "certify",
    "change_mapping",
    "check_channel",
    "collect",
    "confirm_receipt",
    "copy_mapping",
    "correct_texts",
    "create_mapping",
    "decide",
    "delete_export",
    "deliver_due",
    "discard",
    "discard_mapping",
    "dismiss_answer",
    "equip",
    "export",
    "fetch_answers",
    "gather",
    "hand_over",
    "hand_over_by_hand",
    "hold_rejected",
    "install_schema",
    "load_schema",
    "make_due_exports",
    "make_export",
    "note_export_download",
    "open_entries",
    "plan_of",
    "post_all_anew",
    "post_anew",
    "prepare_day",
    "release",
    "release_mapping",
    "remove_schema",
    "request_export",
    "retry",
    "retry_answer",
    "return_mapping",
    "reverse",
    "sign_day",
    "submit_mapping",
    "take_back_day",
    "tenant_number_of",
    "verify",
]
