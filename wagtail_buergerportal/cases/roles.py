"""Which rights on this app's rows each role of a commune gets."""

from __future__ import annotations

_VIEW, _CHANGE = "buergerportal_cases.view_case", "buergerportal_cases.change_case"
_DELETED = "buergerportal_cases.view_casedeletion"

ROLE_PERMISSIONS: dict[str, list[str]] = {
    "portal_admin": [_DELETED],
    "editor": [],
    "clerk": [_VIEW, _CHANGE],
    "certifier": [],
    "releaser": [],
    "auditor": [_VIEW, _DELETED],
}
