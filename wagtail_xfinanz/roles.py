"""Which rights on this app's rows each role of a commune gets."""

from __future__ import annotations

_READ = [
    "view_financetenant",
    "view_postingaccount",
    "view_kassenzeichenrange",
    "view_schemapackage",
    "view_mappingversion",
    "view_deliverychannel",
    "view_csvprofile",
    "view_batch",
]
_CONFIGURE = [
    f"{verb}_{model}"
    for model in ("financetenant", "postingaccount", "kassenzeichenrange", "deliverychannel", "csvprofile")
    for verb in ("add", "change")
]
_MAP = ["add_mappingversion", "change_mappingversion"]
_HAND_OVER = ["deliver_batch", "acknowledge_batch"]
_CLOSE = ["view_dailyclosing", "prepare_dailyclosing"]


def _named(*codenames: str) -> list[str]:
    return [f"wagtail_xfinanz.{codename}" for codename in codenames]


ROLE_PERMISSIONS: dict[str, list[str]] = {
    "portal_admin": _named(*_READ[:-1], *_CONFIGURE, "add_schemapackage", "delete_schemapackage", *_MAP),
    "editor": [],
    "clerk": [],
    "certifier": _named(
        *_READ, "collect_batch", "certify_batch", "export_batch", "reverse_batch", *_HAND_OVER, *_MAP, *_CLOSE
    ),
    "releaser": _named(
        *_READ,
        "collect_batch",
        "release_batch",
        "export_batch",
        *_HAND_OVER,
        "release_mappingversion",
        *_CLOSE,
        "sign_dailyclosing",
    ),
    "auditor": _named(*_READ, "view_dailyclosing", "audit_dailyclosing"),
}
