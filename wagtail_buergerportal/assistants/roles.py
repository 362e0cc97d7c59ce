"""Which rights on this app's rows each role of a commune gets."""

from __future__ import annotations

_OWN = "buergerportal_assistants."
_VIEW = [_OWN + "view_assistant", _OWN + "view_assistantplacement"]
_EDIT = [_OWN + f"{verb}_{model}" for model in ("assistant", "assistantplacement") for verb in ("add", "change")]
_PUBLISH = [_OWN + "publish_assistant"]
_DELETE = [_OWN + "delete_assistantplacement"]

ROLE_PERMISSIONS: dict[str, list[str]] = {
    "portal_admin": [*_VIEW, *_EDIT, *_PUBLISH, *_DELETE],
    "editor": [*_VIEW, *_EDIT, *_PUBLISH],
    "clerk": [],
    "certifier": [],
    "releaser": [],
    "auditor": _VIEW,
}
