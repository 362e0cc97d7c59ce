"""Which rights on this app's rows each role of a commune gets."""

from __future__ import annotations

_FEES = "buergerportal_services.{}_feeschedule"

ROLE_PERMISSIONS: dict[str, list[str]] = {
    "portal_admin": [_FEES.format(action) for action in ("view", "add", "change", "delete")],
    "editor": [_FEES.format("view")],
    "clerk": [_FEES.format("view")],
    "certifier": [_FEES.format("view")],
    "releaser": [_FEES.format("view")],
    "auditor": [_FEES.format("view")],
}
