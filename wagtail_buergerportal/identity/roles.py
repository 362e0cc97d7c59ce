"""Which rights on this app's settings each role of a commune gets."""

from __future__ import annotations

ROLE_PERMISSIONS: dict[str, list[str]] = {
    "portal_admin": ["buergerportal_identity.change_loginpolicy"],
    "editor": [],
    "clerk": [],
    "certifier": [],
    "releaser": [],
    "auditor": [],
}
