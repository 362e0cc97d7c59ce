"""Which rights on this app's rows each role of a commune gets."""

from __future__ import annotations

ROLE_PERMISSIONS: dict[str, list[str]] = {
    "portal_admin": [
        "buergerportal_communes.view_department",
        "buergerportal_communes.add_department",
        "buergerportal_communes.change_department",
        "buergerportal_communes.change_communesettings",
    ],
    "editor": ["buergerportal_communes.view_department"],
    "clerk": [],
    "certifier": [],
    "releaser": [],
    "auditor": ["buergerportal_communes.view_department"],
}
