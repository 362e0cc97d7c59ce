"""People of the office as others know them."""

from __future__ import annotations

from typing import Any


def person_name(user: Any) -> str:
    """Full name, else login; empty where there is nobody, e.g. because the portal acted by itself."""
    return str(user.get_full_name() or user.get_username()) if user else ""
