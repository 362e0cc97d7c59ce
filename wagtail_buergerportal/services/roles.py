"""Which rights on this app's rows each role of a commune gets."""

from __future__ import annotations

_ALL = [f"buergerportal_services.{verb}_feeschedule" for verb in ("view", "add", "change", "delete")]

ROLE_PERMISSIONS: dict[str, list[str]] = {
    "portal_admin": _ALL,
    "editor": _ALL[:3],
    "clerk": [],
    "certifier": _ALL[:1],
    "releaser": _ALL[:1],
    "auditor": _ALL[:1],
}
