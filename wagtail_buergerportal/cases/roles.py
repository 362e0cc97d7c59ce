"""Which rights on this app's rows each role of a commune gets."""

from __future__ import annotations

_VIEW, _CHANGE = "buergerportal_cases.view_case", "buergerportal_cases.change_case"

ROLE_PERMISSIONS: dict[str, list[str]] = {
    "portal_admin": [],
    "editor": [],
    "clerk": [_VIEW, _CHANGE],
    "certifier": [],
    "releaser": [],
    "auditor": [_VIEW],
}
